"""load_course and export_course: idempotent, all or nothing, and careful with what staff wrote."""

import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from courses.exporting import ExportRefused, export_course
from courses.loading import ContentError, load_course, register_part
from courses.models import Course, Lesson, LessonVersion
from courses.publishing import publish_lesson, save_lesson_draft, unpublish_course, unpublish_lesson
from courses.structure import move
from courses.tests.builders import contents_of, lesson_text, make_lesson, make_module, write_course

pytestmark = pytest.mark.django_db
SHIPPED = sorted(path.parent for path in (Path(__file__).parents[1] / "content").glob("*/course.toml"))


@pytest.fixture(autouse=True)
def _only_this_app(monkeypatch, request):
    """What other apps keep in a course folder is tested there; the shipped courses have it all."""
    if "shipped" not in request.fixturenames:
        monkeypatch.setattr("courses.loading._parts", [])


@pytest.fixture
def folder(tmp_path):
    return write_course(tmp_path)


def edit(lesson: Lesson, body: str = "Edited by staff.\n") -> None:
    version = lesson.draft
    save_lesson_draft(
        lesson=lesson, title=version.title, summary=version.summary, minutes=version.minutes, body_markdown=body
    )


def lesson(slug: str) -> Lesson:
    return Lesson.objects.select_related("draft", "published", "course", "module").get(slug=slug)


def order() -> list[tuple[str, str]]:
    return list(Lesson.objects.in_course_order().values_list("module__slug", "slug"))


def test_load_makes_rows_of_the_files(folder):
    loading = load_course(folder)

    course = Course.objects.get()
    assert (course.slug, course.title, course.summary, course.language) == (
        "small",
        'Small "course"',
        "Two lessons.",
        "en",
    )
    assert order() == [("basics", "first"), ("basics", "second"), ("more", "third")]
    assert lesson("first").draft.body_html == '<p>See <a href="../second/">the next</a>.</p>'
    assert [change.label for change in loading.changes] == [
        "course.toml",
        "lessons/first.md",
        "lessons/second.md",
        "lessons/third.md",
    ]
    assert list(Course.objects.published()) == []
    assert list(Lesson.objects.published()) == []


def test_load_publishes_all_but_drafts_when_told(folder):
    loading = load_course(folder, publish=True)

    assert list(Course.objects.published().values_list("slug", flat=True)) == ["small"]
    assert set(Lesson.objects.published().values_list("slug", flat=True)) == {"first", "second"}
    assert loading.published_now == ["lessons/first.md", "lessons/second.md", "course.toml"]


def test_second_load_writes_nothing(folder):
    load_course(folder, publish=True)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        loading = load_course(folder, publish=True)

    assert loading.is_unchanged
    assert [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert LessonVersion.objects.count() == 3


def test_load_takes_over_changes_of_the_files(folder):
    load_course(folder, publish=True)
    (folder / "lessons/first.md").write_text(lesson_text("Better title"))

    loading = load_course(folder, publish=True)

    assert [change.label for change in loading.changes] == ["lessons/first.md"]
    assert (lesson("first").published.title, lesson("first").published.number) == ("Better title", 2)


def test_without_publish_learners_keep_the_old_text(folder):
    load_course(folder, publish=True)
    (folder / "lessons/first.md").write_text(lesson_text("Better title"))

    load_course(folder)

    assert (lesson("first").draft.title, lesson("first").published.title) == ("Better title", "First")


def test_order_of_course_toml_is_taken_over(folder):
    load_course(folder)
    toml = (folder / "course.toml").read_text()
    toml = toml.replace('["first", "second"]', '["second"]').replace('["third"]', '["third", "first"]')
    (folder / "course.toml").write_text(toml)

    loading = load_course(folder)

    assert [change.label for change in loading.changes] == ["course.toml"]
    assert order() == [("basics", "second"), ("more", "third"), ("more", "first")]


@pytest.mark.parametrize("force", [False, True])
def test_text_edited_in_the_admin_is_kept_unless_forced(folder, force):
    load_course(folder, publish=True)
    edit(lesson("first"))
    (folder / "lessons/first.md").write_text(lesson_text("From the files"))
    (folder / "lessons/second.md").write_text(lesson_text("From the files"))

    loading = load_course(folder, publish=True, force=force)

    assert loading.kept == ([] if force else ["lessons/first.md"])
    assert lesson("first").draft.title == ("From the files" if force else "First")
    assert lesson("first").published.number == (3 if force else 1)
    assert lesson("second").published.title == "From the files"


def test_edited_text_is_kept_also_when_its_file_did_not_change(folder):
    load_course(folder, publish=True)
    edit(lesson("first"))

    assert load_course(folder, publish=True).kept == ["lessons/first.md"]
    assert lesson("first").draft.body_markdown == "Edited by staff.\n"


def test_a_row_made_in_the_admin_is_not_overwritten_by_a_file(folder):
    (folder / "course.toml").write_text((folder / "course.toml").read_text().replace(', "second"', ""))
    (folder / "lessons/first.md").write_text(lesson_text())
    second = folder / "lessons/second.md"
    text = second.read_text()
    second.unlink()
    load_course(folder)
    make_lesson(lesson("first").module, "second", title="Mine", published=False)
    second.write_text(text)
    (folder / "course.toml").write_text(
        (folder / "course.toml").read_text().replace('["first"]', '["first", "second"]')
    )

    assert load_course(folder).kept == ["lessons/second.md"]
    assert lesson("second").draft.title == "Mine"


def test_exported_edits_are_no_edits_any_more(folder):
    load_course(folder, publish=True)
    edit(lesson("first"))
    export_course(Course.objects.get(), folder)

    first, second = load_course(folder), load_course(folder)

    assert (first.kept, first.changes, second.is_unchanged) == ([], [], True)
    assert "Edited by staff." in (folder / "lessons/first.md").read_text()
    (folder / "lessons/first.md").write_text(lesson_text("From the files"))
    assert load_course(folder).kept == []


def test_what_staff_took_offline_stays_offline(folder):
    load_course(folder, publish=True)
    unpublish_lesson(lesson=lesson("first"))
    unpublish_course(course=Course.objects.get())

    loading = load_course(folder, publish=True)

    assert loading.published_now == []
    assert (lesson("first").published, Course.objects.get().published_at) == (None, None)
    assert loading.kept == ["course.toml", "lessons/first.md"]


def test_what_is_scheduled_stays_so(folder):
    load_course(folder, publish=True)
    first, soon = lesson("first"), now() + timedelta(hours=1)
    save_lesson_draft(lesson=first, title="Typed", summary="S.", minutes=1, body_markdown="x\n")
    publish_lesson(lesson=first, at=soon)
    published = first.published
    (folder / "lessons/first.md").write_text(lesson_text("Loaded"))

    load_course(folder, publish=True, force=True)

    stored = lesson("first")
    assert (stored.published, stored.scheduled.title, stored.scheduled_at) == (published, "Loaded", soon)


def test_a_draft_that_staff_published_stays_published(folder):
    load_course(folder, publish=True)
    publish_lesson(lesson=lesson("third"))

    load_course(folder, publish=True)

    assert lesson("third").published is not None


def test_order_changed_in_the_admin_is_kept_and_new_lessons_come_last(folder):
    load_course(folder)
    move(lesson("second"), up=True)
    toml = (folder / "course.toml").read_text().replace('"first"', '"zeroth", "first"')
    (folder / "course.toml").write_text(toml)
    (folder / "lessons/zeroth.md").write_text(lesson_text("Zeroth"))

    loading = load_course(folder)

    assert loading.kept == ["course.toml"]
    assert order() == [("basics", "second"), ("basics", "first"), ("basics", "zeroth"), ("more", "third")]
    assert load_course(folder, force=True).kept == []
    assert order() == [("basics", "zeroth"), ("basics", "first"), ("basics", "second"), ("more", "third")]


def test_rows_without_files_are_reported_and_stay(folder):
    load_course(folder)
    course = Course.objects.get()
    make_lesson(lesson("first").module, "fourth", published=False)
    make_lesson(make_module(course, "extra", "Extra"), "fifth", published=False)

    loading = load_course(folder)

    assert loading.only_here == ["lessons/fourth.md", "lessons/fifth.md", "course.toml: [[modules]] extra"]
    assert (loading.kept, loading.changes) == ([], [])
    assert order() == [
        ("basics", "first"),
        ("basics", "second"),
        ("basics", "fourth"),
        ("more", "third"),
        ("extra", "fifth"),
    ]


def test_dry_run_shows_a_diff_and_changes_nothing(folder):
    load_course(folder)
    (folder / "lessons/first.md").write_text(lesson_text("Better title", "See [the next](lesson:second).\n"))
    output = StringIO()

    call_command("load_course", folder, "--dry-run", "--publish", stdout=output)

    assert output.getvalue() == (
        "--- database/lessons/first.md\n"
        "+++ files/lessons/first.md\n"
        "@@ -1,5 +1,5 @@\n"
        " +++\n"
        '-title = "First"\n'
        '+title = "Better title"\n'
        ' summary = "You can do it."\n'
        " minutes = 5\n"
        " +++\n"
        "would publish: lessons/first.md\n"
        "would publish: lessons/second.md\n"
        "would publish: course.toml\n"
        "small: this was a dry run; nothing was changed.\n"
    )
    assert (lesson("first").draft.title, lesson("first").published) == ("First", None)


def test_command_says_that_nothing_changed(folder):
    call_command("load_course", folder, stdout=StringIO())
    output = StringIO()

    call_command("load_course", folder, stdout=output)

    assert output.getvalue() == "small: nothing changed.\n"


def test_command_warns_of_kept_edits_and_succeeds(folder):
    load_course(folder)
    edit(lesson("first"))
    errors = StringIO()

    call_command("load_course", folder, stdout=StringIO(), stderr=errors, no_color=True)

    assert errors.getvalue() == (
        "KEPT: lessons/first.md was edited in the admin since the last load and was not overwritten.\n"
        "To take those edits into the files: manage.py export_course small PATH. To overwrite them: "
        "load_course --force.\n"
    )


def test_command_says_why_a_course_of_drafts_is_not_published(folder):
    for name in ("first", "second"):
        (folder / f"lessons/{name}.md").write_text(lesson_text(draft=True))
    errors = StringIO()

    call_command("load_course", folder, publish=True, stdout=StringIO(), stderr=errors, no_color=True)

    assert errors.getvalue() == "NOT PUBLISHED: the course, as long as no lesson of it is published.\n"
    assert list(Course.objects.published()) == []


def test_all_mistakes_are_shown_and_nothing_is_loaded(folder):
    (folder / "lessons/first.md").write_text(lesson_text("First", "!!! danger\n    No.\n"))
    (folder / "lessons/second.md").write_bytes(b"+++\n\xff\n")
    (folder / "lessons/third.md").unlink()
    (folder / "lessons/fourth.md").write_text(lesson_text())
    (folder / "lessons/notes.txt").write_text("")
    errors = StringIO()

    with pytest.raises(CommandError, match=r"^small: 5 mistakes in the files; nothing was loaded\.$"):
        call_command("load_course", folder, stderr=errors)

    assert errors.getvalue() == (
        f'{folder}/course.toml:13: there is no lessons/third.md for the lesson "third"\n'
        f'{folder}/lessons/first.md:7: Unknown callout "danger"; there are note, tip, warning, compare.\n'
        f"{folder}/lessons/fourth.md: is in no module of course.toml\n"
        f"{folder}/lessons/notes.txt: is no lesson: lessons are files named <slug>.md\n"
        f"{folder}/lessons/second.md:2: is not UTF-8 (byte 0xff)\n"
    )
    assert Course.objects.count() == 0


def test_a_draft_may_have_problems(folder):
    (folder / "lessons/third.md").write_text(lesson_text("Third", "```\nlater\n```\n", draft=True))

    load_course(folder, publish=True)

    assert lesson("third").published is None


def test_command_says_of_an_archive_where_it_is_loaded(folder, tmp_path):
    archive = tmp_path / "small.zip"
    archive.write_bytes(b"PK")

    with pytest.raises(CommandError) as refused:
        call_command("load_course", archive, dry_run=True)

    assert str(refused.value) == (
        f"{archive} is a file; this command takes the folder of a course. A .zip archive is loaded in the admin: "
        "Load from files, above the list of courses."
    )


@pytest.mark.parametrize("path", ["missing", "Not-A-Slug"])
def test_a_folder_without_a_course_is_a_mistake(tmp_path, path):
    with pytest.raises(ContentError):
        load_course(tmp_path / path)


def test_browsers_and_editors_line_ends_do_not_count(folder):
    load_course(folder)
    path = folder / "lessons/first.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")

    assert load_course(folder).is_unchanged


def test_load_then_export_gives_no_diff(folder):
    load_course(folder, publish=True)
    before = contents_of(folder)

    assert export_course(Course.objects.get(), folder) == []
    assert contents_of(folder) == before


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.name)
def test_shipped_courses_load_publish_and_export_without_a_diff(shipped, tmp_path):
    copy = tmp_path / shipped.name
    load_course(shipped, publish=True)
    shutil.copytree(shipped, copy)

    assert export_course(Course.objects.get(slug=shipped.name), copy) == []
    assert contents_of(copy) == contents_of(shipped)
    assert load_course(shipped, publish=True).is_unchanged


def test_export_writes_into_an_empty_folder_and_removes_lessons_that_are_gone(folder, tmp_path):
    load_course(folder, publish=True)
    target = tmp_path / "elsewhere" / "small"
    call_command("export_course", "small", target, stdout=StringIO())
    assert contents_of(target) == contents_of(folder)

    lesson("third").delete()
    Lesson.objects.get(slug="first")
    assert export_course(Course.objects.get(), target) == ["course.toml", "lessons/third.md"]
    assert not (target / "lessons/third.md").exists()


@pytest.mark.parametrize(("slug", "name"), [("small", "other"), ("nobody", "nobody")])
def test_export_refuses_another_name_and_unknown_courses(folder, tmp_path, slug, name):
    load_course(folder)

    with pytest.raises(CommandError):
        call_command("export_course", slug, tmp_path / name)

    assert not (tmp_path / name).exists()


def test_export_refuses_lessons_without_a_text(folder, tmp_path):
    load_course(folder)
    Lesson.objects.filter(slug="first").update(draft=None)

    with pytest.raises(ExportRefused, match=r"^Write a text first for first\.$"):
        export_course(Course.objects.get(), tmp_path / "out" / "small")


class Notes:
    """A part that another app could register."""

    names = ("bad.txt", "notes.txt")

    def __init__(self) -> None:
        self.seen: list[str] = []

    def load(self, course, loading):
        self.seen = list(course.lessons.values_list("slug", flat=True))
        if "bad.txt" in loading.files:
            loading.problem("bad.txt", 1, "is bad")

    def export(self, course):
        return {"notes.txt": b"exported"}


def test_parts_of_other_apps_are_loaded_and_exported_with_the_course(folder):
    notes = Notes()
    register_part(notes)

    load_course(folder)
    export_course(Course.objects.get(), folder)

    assert notes.seen == ["first", "second", "third"]
    assert (folder / "notes.txt").read_text() == "exported"


def test_a_mistake_in_a_part_rolls_everything_back(folder):
    register_part(Notes())
    (folder / "bad.txt").touch()

    with pytest.raises(ContentError) as caught:
        load_course(folder)

    assert [str(problem) for problem in caught.value.problems] == [f"{folder}/bad.txt:1: is bad"]
    assert Course.objects.count() == 0


def test_every_shipped_course_has_a_place_in_the_order():
    content = SHIPPED[0].parent

    assert sorted((content / "order.txt").read_text().split()) == [folder.name for folder in SHIPPED]
