"""Folders and archives that somebody made to do harm, or by mistake: each is refused by the name of the entry."""

import contextlib
import io
import os
import stat
import struct
import zipfile

import pytest

from courses.course_folder import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    FilesRefused,
    check_target,
    read_archive,
    read_folder,
    write_archive,
    write_folder,
)
from courses.entry_names import clashes, name_problem, shown
from courses.exporting import ExportRefused, export_archive, export_course
from courses.loading import ContentError, load_archive, load_course
from courses.models import Course, Lesson
from courses.tests.builders import contents_of, write_course

NAMES = {"course.toml", "lessons"}
ELSEWHERE = "has a name that leads elsewhere"
OTHER_FORM = "has a name that is written with other characters on some systems"
WINDOWS = "has a name that Windows does not know or reserves"
CONTROL = "has a control character or no UTF-8 in its name"
# A name below the course's folder, and why it is refused.
HOSTILE = [
    ("../evil.md", ELSEWHERE),
    ("lessons/../../evil.md", ELSEWHERE),
    ("lessons/./first.md", ELSEWHERE),
    ("lessons//first.md", ELSEWHERE),
    ("/etc/passwd", "has an absolute name"),
    ("C:/evil.md", "has an absolute name"),
    ("c:evil.md", "has an absolute name"),
    ("lessons\\first.md", "has a backslash in its name"),
    ("..\\evil.md", "has a backslash in its name"),
    ("lessons/a\0b.md", CONTROL),
    ("lessons/a\nb.md", CONTROL),
    ("lessons/a\x1b[31mb.md", CONTROL),
    ("lessons/a\x7fb.md", CONTROL),
    ("lessons/\udcff.md", CONTROL),
    ("lessons/con.md", WINDOWS),
    ("lessons/CON", WINDOWS),
    ("lessons/nul.tar.gz", WINDOWS),
    ("lessons/COM1.md", WINDOWS),
    ("lessons/lpt¹.md", WINDOWS),
    ("aux/first.md", WINDOWS),
    ("lessons/first.md.", WINDOWS),
    ("lessons/first.md ", WINDOWS),
    ("lessons/first.md:stream", WINDOWS),
    ("lessons/what?.md", WINDOWS),
    ("lessons/cafe\u0301.md", OTHER_FORM),
    (f"lessons/{'a' * 250}.md", "has a name of more than 200 characters"),
    (f"lessons/{'ä' * 150}.md", "has a name of more than 255 bytes"),
    ("/".join("a" * 150), "has a name of more than 200 characters"),
]
GOOD = [
    "course.toml",
    "lessons/first.md",
    "exercises/a/starter/shop/__init__.py",
    "images/a.webp",
    "lessons/console.md",
    "lessons/größe.md",
    "lessons/a b.md",
    "com10",
]


@pytest.mark.parametrize(("name", "problem"), HOSTILE, ids=lambda text: ascii(text)[:40])
def test_a_hostile_name_has_a_problem(name, problem):
    assert name_problem(name).startswith(problem)


@pytest.mark.parametrize("name", GOOD)
def test_an_ordinary_name_has_none(name):
    assert name_problem(name) == ""


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["a", "b", "a-b", "c/a", "c/b"], {}),
        (["main.py", "Main.py"], {"main.py": "Main.py"}),
        (["a/x", "A/y"], {"a/x": "A"}),
        (["é", "e\u0301"], {"é": "e\u0301"}),
        (["straße", "STRASSE"], {"straße": "STRASSE"}),
        (["a", "a/b"], {"a/b": "a"}),
        (["a", "a-b", "A/b"], {"a": "A"}),
        (["a", "a"], {"a": "a"}),
    ],
)
def test_names_that_are_the_same_somewhere_clash(paths, found):
    assert clashes(paths) == found


def test_a_name_is_shown_without_what_a_terminal_obeys():
    assert shown("a\x1b[31m\0\udcff") == r"a\x1b[31m\x00\udcff"
    assert len(shown("a" * 1000)) == 121


# --- Folders ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    return write_course(tmp_path)


def refused(call, *arguments, **named):
    with pytest.raises(FilesRefused) as caught:
        call(*arguments, **named)
    return caught.value.problems


def test_a_folder_is_read_as_it_is(folder):
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("hidden")
    (folder / "lessons/__pycache__").mkdir()
    (folder / "lessons/__pycache__/first.pyc").write_bytes(b"x")

    files = read_folder(folder)

    assert list(files) == ["course.toml", "lessons/first.md", "lessons/second.md", "lessons/third.md"]
    assert files["course.toml"] == (folder / "course.toml").read_bytes()


def test_a_folder_may_be_a_link_to_one(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)

    assert read_folder(tmp_path / "link") == read_folder(folder)


def make_link(path):
    path.symlink_to("/etc/passwd")


def make_link_to_folder(path):
    path.symlink_to("/etc")


def make_broken_link(path):
    path.symlink_to("nowhere")


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    os.mknod(path, stat.S_IFSOCK | 0o600)


@pytest.mark.parametrize("make", [make_link, make_link_to_folder, make_broken_link, make_pipe, make_socket])
@pytest.mark.parametrize("label", ["lessons/evil.md", "evil"])
def test_a_folder_has_only_ordinary_files(folder, make, label):
    make(folder / label)

    assert refused(read_folder, folder) == [(label, "is no ordinary file")]
    with pytest.raises(ContentError, match=f"^{folder}/{label}: is no ordinary file$"):
        load_course(folder)


def test_a_folder_has_no_devices(folder):
    try:
        os.mknod(folder / "lessons/zero.md", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        (folder / "lessons/zero.md").symlink_to("/dev/zero")

    assert refused(read_folder, folder) == [("lessons/zero.md", "is no ordinary file")]


@pytest.mark.parametrize(
    "name", ["con.md", "a\nb.md", "a\\b.md", "first.md.", b"\xff.md".decode(errors="surrogateescape")]
)
def test_a_folder_with_a_hostile_name_is_refused(folder, name):
    (folder / "lessons" / name).write_text("x")

    assert [entry for entry, _ in refused(read_folder, folder)] == [shown(f"lessons/{name}")]


def test_a_folder_with_twins_is_refused(folder):
    (folder / "lessons/First.md").write_text("x")

    problems = refused(read_folder, folder)

    assert problems == [("lessons/first.md", "is the same name as lessons/First.md on some systems")]


def test_a_folder_is_read_within_limits(folder, monkeypatch):
    (folder / "lessons/large.md").write_bytes(b"a" * (MAX_FILE_BYTES + 1))
    assert refused(read_folder, folder) == [("lessons/large.md", "is larger than 4 MiB")]

    (folder / "lessons/large.md").unlink()
    monkeypatch.setattr("courses.course_folder.MAX_ENTRIES", 4)
    assert refused(read_folder, folder) == [("lessons/third.md", "is one too many: a course has at most 4 entries")]

    monkeypatch.setattr("courses.course_folder.MAX_ENTRIES", 5)
    monkeypatch.setattr("courses.course_folder.MAX_TOTAL_BYTES", 300)
    assert [entry for entry, _ in refused(read_folder, folder)] == ["lessons/first.md"]


def test_a_missing_folder_has_no_files(tmp_path):
    assert read_folder(tmp_path / "missing") == {}


# --- What is written stays where it belongs --------------------------------------------------------------------------


def test_a_target_becomes_exactly_the_files(tmp_path):
    folder = tmp_path / "new" / "small"
    files = {"course.toml": b"x", "lessons/first.md": b"1"}
    assert write_folder(folder, files, NAMES) == ["course.toml", "lessons/first.md"]
    (folder / ".git").mkdir()
    (folder / "README.md").write_text("kept")
    (folder / "lessons/old").mkdir()
    (folder / "lessons/old/gone.md").write_text("x")

    assert write_folder(folder, files | {"course.toml": b"y"}, NAMES) == ["course.toml", "lessons/old/gone.md"]

    assert contents_of(folder) == {"course.toml": b"y", "lessons/first.md": b"1", "README.md": b"kept"}
    assert not (folder / "lessons/old").exists()


@pytest.mark.parametrize(("name", "_problem"), [case for case in HOSTILE if "\0" not in case[0]],
                         ids=lambda text: ascii(text)[:40])  # fmt: skip
def test_nothing_is_written_under_a_hostile_name(tmp_path, name, _problem):
    folder = tmp_path / "small"

    refused(write_folder, folder, {"course.toml": b"x", name: b"evil"}, NAMES)
    refused(write_archive, "small", {"course.toml": b"x", name: b"evil"})

    assert list(tmp_path.iterdir()) == []


def not_a_course(folder):
    (folder / "thesis.md").write_text("precious")


def other_lessons(folder):
    (folder / "lessons").mkdir()
    (folder / "lessons/precious.md").write_text("precious")


def link_as_course_toml(folder):
    (folder / "course.toml").symlink_to(folder.parent / "outside.toml")


def link_as_lessons(folder):
    (folder / "course.toml").write_text("x")
    (folder / "lessons").symlink_to(folder.parent / "elsewhere")


def link_as_lesson(folder):
    (folder / "course.toml").write_text("x")
    (folder / "lessons").mkdir()
    (folder / "lessons/first.md").symlink_to(folder.parent / "outside.toml")


def file_as_lessons(folder):
    (folder / "course.toml").write_text("x")
    (folder / "lessons").write_text("precious")


@pytest.mark.parametrize(
    "make", [not_a_course, other_lessons, link_as_course_toml, link_as_lessons, link_as_lesson, file_as_lessons]
)
def test_what_is_no_course_is_not_overwritten(tmp_path, make):
    folder = tmp_path / "small"
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/first.md").write_text("precious")
    (tmp_path / "outside.toml").write_text("precious")
    make(folder)
    before = contents_of(tmp_path)

    refused(write_folder, folder, {"course.toml": b"x", "lessons/first.md": b"evil"}, NAMES)

    assert contents_of(tmp_path) == before


def test_a_file_is_no_target(tmp_path):
    (tmp_path / "small").write_text("precious")

    assert refused(check_target, tmp_path / "small", NAMES) == [(str(tmp_path / "small"), "is no folder")]


@pytest.mark.django_db
def test_a_row_with_a_hostile_name_is_not_exported(folder, tmp_path):
    load_course(folder)
    Lesson.objects.filter(slug="first").update(slug="../../evil")
    course = Course.objects.get()

    with pytest.raises(ExportRefused, match="leads elsewhere"):
        export_course(course, tmp_path / "out" / "small")
    with pytest.raises(ExportRefused, match="leads elsewhere"):
        export_archive(course)

    assert not (tmp_path / "out").exists()


# --- Archives --------------------------------------------------------------------------------------------------------


def archive_of(*entries, **options):
    """A .zip of (name or ZipInfo, content) pairs, written as they come; a name may be anything."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in entries:
            if isinstance(name, str):
                entry = zipfile.ZipInfo("x")
                entry.filename = name  # without what ZipInfo() makes of it
                entry.compress_type = zipfile.ZIP_DEFLATED
                name = entry
            archive.writestr(name, content)
    return written.getvalue()


def entry(name, **columns):
    made = zipfile.ZipInfo(name)
    for column, value in columns.items():
        setattr(made, column, value)
    return made


def test_an_archive_of_the_same_files_has_the_same_bytes():
    files = {"course.toml": b"x", "lessons/first.md": b"1" * 1000}

    first, second = write_archive("small", files), write_archive("small", dict(reversed(files.items())))

    assert first == second
    assert read_archive(first, name="small.zip") == ("small", files)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert [(info.filename, info.date_time, oct(info.external_attr >> 16)) for info in archive.infolist()] == [
            ("small/course.toml", (1980, 1, 1, 0, 0, 0), "0o100644"),
            ("small/lessons/first.md", (1980, 1, 1, 0, 0, 0), "0o100644"),
        ]


def test_what_other_programs_put_into_archives_is_left_out():
    content = archive_of(
        ("small/", b""),
        ("small/course.toml", b"x"),
        ("__MACOSX/small/._course.toml", b"x"),
        ("small/.git/config", b"x"),
        ("small/.DS_Store", b"x"),
        ("small/lessons/", b""),
        ("small/lessons/__pycache__/a.pyc", b"x"),
    )

    assert read_archive(content, name="small.zip") == ("small", {"course.toml": b"x"})


def test_an_archive_may_have_a_comment():
    written = io.BytesIO(archive_of(("small/course.toml", b"x")))
    with zipfile.ZipFile(written, "a") as archive:
        archive.comment = b"0123456789abcdef" * 3

    assert read_archive(written.getvalue(), name="small.zip")[0] == "small"


@pytest.mark.parametrize(("name", "problem"), [case for case in HOSTILE if "\udcff" not in case[0]],
                         ids=lambda text: ascii(text)[:40])  # fmt: skip
def test_an_archive_with_a_hostile_name_is_refused(name, problem):
    ((found, message),) = refused(
        read_archive, archive_of(("small/course.toml", b"x"), (f"small/{name}", b"x")), name="small.zip"
    )

    assert message.startswith(problem)
    assert found == shown(f"small/{name}")


@pytest.mark.parametrize(
    ("entries", "problems"),
    [
        ([("../course.toml", b"x")], [("../course.toml", ELSEWHERE)]),
        ([("/small/course.toml", b"x")], [("/small/course.toml", ELSEWHERE)]),
        ([("C:/small/course.toml", b"x")], [("C:/small/course.toml", "has an absolute name")]),
        ([("course.toml", b"x")],
         [("course.toml", "is in no folder: the archive needs one folder, named like the course")]),
        ([("a/course.toml", b"x"), ("b/course.toml", b"x")],
         [("b", "is beside another folder: an archive has one course")]),
        ([("a/x", b"x"), ("a/X", b"x")], [("x", "is the same name as X on some systems")]),
        ([("a/x", b"x"), ("a/x/y", b"x")], [("x/y", "is the same name as x on some systems")]),
        ([("a/é", b"x"), ("a/e\u0301", b"x")],
         [("a/e\u0301", f"{OTHER_FORM} (it is not in the form NFC)")]),
        ([(entry("a/link", external_attr=(stat.S_IFLNK | 0o777) << 16), b"/etc/passwd")],
         [("a/link", "is no ordinary file")]),
        ([(entry("a/pipe", external_attr=(stat.S_IFIFO | 0o600) << 16), b"")], [("a/pipe", "is no ordinary file")]),
        ([(entry("a/zero", external_attr=(stat.S_IFCHR | 0o600) << 16), b"")], [("a/zero", "is no ordinary file")]),
        ([(entry("a/x", compress_type=zipfile.ZIP_LZMA), b"x")], [("a/x", "is packed in an unusual way")]),
        ([(entry("a/x", compress_type=zipfile.ZIP_BZIP2), b"x")], [("a/x", "is packed in an unusual way")]),
        ([("a/large", b"\0" * (MAX_FILE_BYTES + 1))], [("a/large", "is larger than 4 MiB")]),
    ],
)  # fmt: skip
def test_an_archive_is_refused_by_its_entry(entries, problems):
    assert refused(read_archive, archive_of(*entries), name="a.zip") == problems


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_has_no_entry_twice():
    content = archive_of(("a/x", b"looked at"), ("a/x", b"loaded"))

    assert refused(read_archive, content, name="a.zip") == [("a/x", "is in the archive twice")]


def test_a_bomb_is_not_unpacked(monkeypatch):
    """A kilobyte that says it is a mebibyte is read up to the limit; one that lies of its size is damaged."""
    monkeypatch.setattr("courses.course_folder.MAX_TOTAL_BYTES", 3 * 1024**2)
    content = archive_of(*((f"a/{number}", b"\0" * 1024**2) for number in range(10)))
    assert len(content) < 20_000
    assert refused(read_archive, content, name="a.zip") == [("a/3", "is too much: a course has at most 3 MiB")]

    honest = archive_of(("a/x", b"\0" * 1024**2))
    size = struct.pack("<L", 1024**2)
    assert honest.count(size) == 2  # in the entry's own head and in the list
    lying = honest.replace(size, struct.pack("<L", 10))
    assert refused(read_archive, lying, name="a.zip") == [("a/x", "is damaged")]


def test_an_archive_with_too_many_entries_is_refused_early():
    content = archive_of(*((f"a/{number}", b"") for number in range(MAX_ENTRIES + 1)))
    assert refused(read_archive, content, name="a.zip") == [
        (f"a/{MAX_ENTRIES}", f"is one too many: a course has at most {MAX_ENTRIES} entries")
    ]

    long_names = archive_of(*((f"a/{number:0400}", b"") for number in range(MAX_ENTRIES)))
    assert refused(read_archive, long_names, name="a.zip") == [("a.zip", f"has more than {MAX_ENTRIES} entries")]


def encrypted(content):
    """*content* with the flag of encryption set for its one entry, in both places."""
    head, listed = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    changed = bytearray(content)
    changed[head] |= 1
    changed[listed] |= 1
    return bytes(changed)


def broken_checksum(content):
    changed = bytearray(content)
    changed[content.index(b"PK\x01\x02") + 16] ^= 0xFF
    return bytes(changed)


def another_name_inside(content):
    """The entry's own head calls it otherwise than the list."""
    return content.replace(b"a/x", b"a/y", 1)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (encrypted, ("a/x", "is encrypted")),
        (broken_checksum, ("a/x", "is damaged")),
        (another_name_inside, ("a/x", "is damaged")),
        (lambda content: content[:-30], ("a.zip", "is no .zip archive that can be read")),
        (lambda content: content[40:], ("a/x", "is damaged")),
        (lambda content: archive_of(("a/.git", b"")), ("a.zip", "is empty")),
        (lambda content: b"", ("a.zip", "is no .zip archive that can be read")),
        (lambda content: b"PK", ("a.zip", "is no .zip archive that can be read")),
        (lambda content: b"not a zip at all " * 100, ("a.zip", "is no .zip archive that can be read")),
        (lambda content: b"\x1f\x8b" + content[2:-22], ("a.zip", "is no .zip archive that can be read")),
        (lambda content: content + b"\0" * (16 * 1024**2), ("a.zip", "is larger than 16 MiB")),
    ],
)
def test_a_damaged_archive_is_refused(change, problem):
    content = archive_of(("a/x", b"text " * 20))
    assert read_archive(content, name="a.zip") == ("a", {"x": b"text " * 20})

    assert refused(read_archive, change(content), name="a.zip") == [problem]


def test_no_cut_or_changed_byte_gets_past_the_reader():
    """Whatever a byte is changed to, the archive is refused or read; nothing else happens."""
    content = archive_of(("a/course.toml", b"text " * 20), ("a/lessons/first.md", b"x"))
    read = 0

    for position in range(len(content)):
        for value in (0x00, 0x2F, 0xFF):
            changed = content[:position] + bytes([value]) + content[position + 1 :]
            with contextlib.suppress(FilesRefused):
                slug, files = read_archive(changed, name="a.zip")
                assert [name for name in (slug, *files) if name_problem(name)] == []
                read += 1

    assert 0 < read < 3 * len(content)


@pytest.mark.django_db
def test_nothing_is_loaded_of_a_refused_archive(folder):
    files = {f"small/{name}": content for name, content in contents_of(folder).items()}
    content = archive_of(*files.items(), ("small/lessons/../../evil", b"x"))

    with pytest.raises(ContentError, match=r"^small/lessons/\.\./\.\./evil: has a name that leads elsewhere$"):
        load_archive(content, name="small.zip")

    assert Course.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff\xfe+\0+\0+\0", "is UTF-16, not UTF-8"),
        (b"\xfe\xff\0+\0+\0+", "is UTF-16, not UTF-8"),
        (b"\xff\xfe\0\0+\0\0\0", "is UTF-32, not UTF-8"),
        (b'+++\ntitle = "caf\xe9"\n', "is not UTF-8 (byte 0xe9)"),
        (b"+++\n\xed\xa0\x80\n", "is not UTF-8 (byte 0xed)"),  # half of a surrogate pair
        (b"+++\n\xc0\xae\n", "is not UTF-8 (byte 0xc0)"),  # a dot in two bytes
        (b"+++\n\0\n", "has a NUL character"),
    ],
)
def test_a_file_in_another_encoding_is_refused(folder, text, problem):
    (folder / "lessons/first.md").write_bytes(text)

    with pytest.raises(ContentError) as caught:
        load_course(folder)

    assert [(found.path, found.message) for found in caught.value.problems] == [(f"{folder}/lessons/first.md", problem)]
    assert Course.objects.count() == 0


@pytest.mark.django_db
def test_what_belongs_to_no_course_is_refused(folder):
    (folder / "README.md").write_text("x")

    with pytest.raises(ContentError, match=f"^{folder}/README.md: does not belong to a course$"):
        load_course(folder)


def told(files: dict[str, bytes], slug: str = "small") -> list[str]:
    """What is said of an archive with *files* in a folder *slug*."""
    with pytest.raises(ContentError) as caught:
        load_archive(write_archive(slug, files), name="course.zip")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Lessons", "EXERCISES", "Course.toml"])
def test_a_name_in_other_letters_is_told_and_not_what_it_hides(folder, name):
    files = read_folder(folder) | {"exercises/health/prompt.md": b"Do it.\n", "README.md": b"x"}
    right = name.lower()
    renamed = {path.replace(right, name, 1) if path.startswith(right) else path: text for path, text in files.items()}

    assert told(renamed) == [
        f"small/{name}: must be named {right}, in small letters",
    ]


@pytest.mark.django_db
def test_a_part_of_a_course_is_told_as_that_and_not_file_by_file(folder):
    lessons = {path.removeprefix("lessons/"): text for path, text in read_folder(folder).items() if "/" in path}

    assert told(lessons, "Lessons") == [
        'Lessons: the folder is named like the course\'s slug, and "Lessons" is none',
        "Lessons/course.toml: is missing",
    ]
