"""A course goes out and comes back: load, export, load into an empty database, and export give the same bytes."""

import io
import re
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils.timezone import now, timedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from courses.addresses import rename_course, rename_lesson
from courses.admin.forms import CourseForm, LessonForm, ModuleForm
from courses.exporting import export_archive, export_course, exported_files
from courses.images import add_image
from courses.loading import load_archive, load_course
from courses.models import Course, Lesson, LessonVersion, Module
from courses.publishing import save_lesson_draft
from courses.structure import add_lesson, save_course, save_module
from courses.tests.builders import contents_of, make_course, make_lesson, make_module
from exercises.addresses import rename_exercise
from exercises.admin.forms import ExerciseForm, FamilyForm
from exercises.exercise_files import to_toml
from exercises.models import Exercise, ExerciseVersion, Family
from exercises.tests import answer_content
from exercises.tests.builders import make_exercise
from exercises.tests.content import CASES, FAMILY, SOLUTION, STARTER, content, write_exercises
from exercises.tests.kinds import FILES, write_exercise
from exercises.versions import draft_content, save_exercise_draft, save_family

pytestmark = pytest.mark.django_db
SHIPPED = sorted(path.parent for path in (Path(__file__).parents[2] / "courses/content").glob("*/course.toml"))


def wipe() -> None:
    """An empty database, as far as courses go."""
    Exercise.objects.update(draft=None, published=None, published_at=None)
    ExerciseVersion.objects.all().delete()
    Exercise.objects.all().delete()
    Family.objects.all().delete()
    Lesson.objects.update(draft=None, published=None, published_at=None)
    Course.objects.all().delete()


def come_back(slug: str) -> dict[str, bytes]:
    """Export *slug*, load that into an empty database, and make sure that an export gives the same bytes; the files."""
    files, archive = exported_files(Course.objects.get(slug=slug)), export_archive(Course.objects.get(slug=slug))
    wipe()
    load_archive(archive, name="course.zip")
    course = Course.objects.get(slug=slug)
    assert exported_files(course) == files
    assert export_archive(course) == archive
    return files


def test_there_are_shipped_courses():
    assert len(SHIPPED) == 2


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_course_comes_back_as_it_is(shipped):
    load_course(shipped)

    assert come_back(shipped.name) == contents_of(shipped)


# --- A nasty one -----------------------------------------------------------------------------------------------------

NASTY_LESSON = (
    '\ufeff+++\r\ntitle = "Ünï \\"cödé\\" \\\\ 😀 \\u202E"\r\nsummary = "Odd\\u200B\\u0001\\u007F"\r\n'
    "minutes = 600\r\n+++\r\n"
    "\r\n\r\n## Two spaces end a line  \r\nNext\x0bline\u2028and\x85more.\r\n\r\n+++\r\n\r\n"
    '```toml\r\n+++\r\ntitle = "no front matter"\r\n```\r\n\r\n    indented  \r\n\r\n\r\n'
)
NASTY_FAMILY = """\
# A comment with trailing spaces   \r
[params]\r
zeta = "the last one"\r
alpha = "the first one"\r
\r
[[case]]\r
name = 'It says "ünï" \\ 😀'\r
request = { path = "/health" }\r
expect = { status = 200, json = { a = "${alpha}", z = "${zeta}" } }\r
\r
\r
"""
NASTY_MEMBER = """\
title = "Ünï \\"cödé\\""
kind = "http"
framework = "flask"
lesson = "second"
position = 10000
difficulty = "hard"
family = "nasty"
hints = ["one\\r\\ntwo  \\n\\n", "  '''\\\\ \\"\\"\\" \\u0001", "ünï 😀"]

[limits]
wall_seconds = 1.5
memory_bytes = 100000000

[params]
zeta = { b = [1, 2.5, -0.001, 1e-7, true, "ünï", {}], a = "\\u007F\\t", "key with spaces" = [], "" = 0 }
alpha = 'a "literal" \\string'
"""


def png(colour: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (3, 2), colour).save(written, "PNG")
    return written.getvalue()


def write_nasty(folder: Path) -> Path:
    """Everything that a course can have, written as no export would write it."""
    course = write_exercises(folder)
    description = (course / "course.toml").read_text()
    (course / "course.toml").write_bytes(
        description.replace('"Two lessons."', "'''Two \"lessons\".'''").replace("\n", "\r\n").encode("utf-8-sig")
        + b"\r\n# a comment\r\n[[modules]]\r\nlessons = []\r\nslug = 'empty'\r\ntitle = 'Nothing yet'\r\n"
    )
    (course / "lessons/second.md").write_bytes(NASTY_LESSON.encode())
    for kind in FILES:
        write_exercise(course, kind)
    for kind, text in answer_content.TEXTS.items():
        files = {"prompt.md": "Do it.\r\n\r\n", "cases.toml": text.replace("\n", "\r\n"),
                 "solution.md": answer_content.SOLUTIONS[kind],
                 "exercise.toml": f'title="A {kind}"\nkind="{kind}"\nlesson="third"\nposition=0\ndifficulty="easy"\n'
                                  f"draft = {'true' if kind == 'choice' else 'false'}"}  # fmt: skip
        (course / f"exercises/{kind}-one").mkdir()
        for name, written in files.items():
            (course / f"exercises/{kind}-one" / name).write_bytes(written.encode())
    (course / "families/nasty.toml").write_bytes(NASTY_FAMILY.encode())
    (course / "families/unused.toml").write_text(FAMILY)
    member = course / "exercises/nasty-member"
    for name, text in {
        "exercise.toml": NASTY_MEMBER,
        "prompt.md": "\n\n\ufeff  Trailing spaces  \n\n\n\tand tabs\n\n\n",
        "solution.md": "",  # empty, and so left out
        "starter/main.py": "\ufeff" + STARTER.replace("\n", "\r\n"),
        "starter/empty/__init__.py": "",
        "starter/no_end.txt": "no end of line",
        "solution/main.py": SOLUTION,
        "solution/empty/__init__.py": "",
        "solution/no_end.txt": "\n\n  \n",
        "wrong/says-uni.py": "# fails: It says \"ünï\" \\ 😀  \r\n" + SOLUTION + "\r\r\n",
        "__pycache__/main.pyc": "left behind",
    }.items():  # fmt: skip
        (member / name).parent.mkdir(parents=True, exist_ok=True)
        (member / name).write_bytes(text.encode())
    (course / "images").mkdir()
    (course / "images/diagram.png").write_bytes(png("red"))
    (course / "images/other-one.png").write_bytes(png("blue"))
    (course / "lessons/first.md").write_text(
        (course / "lessons/first.md").read_text() + "\n![A diagram](images/diagram.png)\n"
    )
    return course


def test_a_nasty_course_comes_back(tmp_path):
    folder = write_nasty(tmp_path)
    load_course(folder, publish=True, is_checked=True)
    # What learners see, and since when, is no part of the files.
    Lesson.objects.filter(slug="first").update(published_at=now() + timedelta(days=3))
    Exercise.objects.filter(slug="alone").update(published_at=now() + timedelta(days=3))

    files = come_back("small")

    assert sorted(files) == [
        "course.toml",
        *(f"exercises/alone/{name}" for name in (
            "cases.toml", "exercise.toml", "prompt.md", "solution.md", "solution/main.py", "solution/shop/stock.py",
            "starter/main.py", "starter/shop/stock.py", "wrong/says-yes.py")),
        "exercises/choice-one/cases.toml", "exercises/choice-one/exercise.toml", "exercises/choice-one/prompt.md",
        *(f"exercises/decision-one/{name}" for name in ("cases.toml", "exercise.toml", "prompt.md", "solution.md")),
        *(f"exercises/{kind}/{name}" for kind in ("function", "http") for name in sorted(
            ("exercise.toml", "prompt.md", *FILES[kind]))),
        *(f"exercises/member/{name}" for name in ("exercise.toml", "prompt.md", "solution/main.py", "starter/main.py")),
        *(f"exercises/nasty-member/{name}" for name in (
            "exercise.toml", "prompt.md", "solution/empty/__init__.py", "solution/main.py", "solution/no_end.txt",
            "starter/empty/__init__.py", "starter/main.py", "starter/no_end.txt", "wrong/says-uni.py")),
        *(f"exercises/scenario-one/{name}" for name in ("cases.toml", "exercise.toml", "prompt.md")),
        *(f"exercises/{kind}/{name}" for kind in ("script", "streamlit") for name in sorted(
            ("exercise.toml", "prompt.md", *FILES[kind]))),
        "families/health.toml", "families/nasty.toml", "families/unused.toml",
        "images/diagram.png", "images/other-one.png",
        "lessons/first.md", "lessons/second.md", "lessons/third.md",
    ]  # fmt: skip
    assert files["images/diagram.png"] == png("red")
    assert not [label for label, text in files.items() if label.endswith((".md", ".toml", ".py")) and b"\r" in text]
    assert files["exercises/nasty-member/solution/no_end.txt"] == b"\n\n  \n"
    assert files["exercises/nasty-member/starter/empty/__init__.py"] == b""
    assert b"Two spaces end a line  \nNext\x0bline" in files["lessons/second.md"]
    assert files["course.toml"].endswith(b'slug = "empty"\ntitle = "Nothing yet"\nlessons = []\n')
    assert b"draft = true" in files["exercises/choice-one/exercise.toml"]
    # What was loaded is what was written.
    member = Exercise.objects.get(slug="nasty-member").draft
    assert member.params["zeta"] == {"b": [1, 2.5, -0.001, 1e-7, True, "ünï", {}], "a": "\x7f\t", "key with spaces": [],
                                     "": 0}  # fmt: skip
    assert member.hints == ["one\ntwo  ", "  '''\\ \"\"\" \x01", "ünï 😀"]
    assert Lesson.objects.get(slug="second").draft.title == 'Ünï "cödé" \\ 😀 \u202e'


def test_a_course_in_a_nasty_form_exports_to_one_form(tmp_path):
    """Its folder and the folder of its export load to the same rows; only the bytes differ."""
    folder = write_nasty(tmp_path)
    load_course(folder)
    export_course(Course.objects.get(), tmp_path / "out" / "small")
    first = contents_of(tmp_path / "out" / "small")
    assert first != contents_of(folder)

    assert load_course(tmp_path / "out" / "small").is_unchanged
    assert load_course(folder).is_unchanged
    assert export_course(Course.objects.get(), folder) != []
    assert {label: text for label, text in contents_of(folder).items() if "__pycache__" not in label} == first


def test_an_image_that_changes_is_loaded_and_shown(tmp_path):
    folder = write_nasty(tmp_path)
    shown = "\n![A diagram](images/diagram.png)\n"
    alone, choice = folder / "exercises/alone", folder / "exercises/choice-one"
    (alone / "prompt.md").write_text("Answer `GET /health`." + shown)
    (alone / "solution.md").write_text("Because." + shown)
    description = alone / "exercise.toml"
    description.write_text(description.read_text().replace("Return a dictionary.", "![A hint](images/diagram.png)"))
    cases = choice / "cases.toml"
    cases.write_text(cases.read_text().replace('text = "', 'text = "![A choice](images/diagram.png) ', 1))
    text = folder / "lessons/first.md"
    text.write_text(text.read_text() + "\n## Why\n\nBecause.\n")
    load_course(folder, publish=True, is_checked=True)
    lesson = Lesson.objects.get(slug="first").published
    LessonVersion.objects.filter(pk=lesson.pk).update(anchors={"as-it-was": "why"})  # the heading had another name
    before = pictures()
    (folder / "images/diagram.png").write_bytes(png("green"))
    (folder / "images/other-one.png").unlink()

    loading = load_course(folder, publish=True)

    assert ([change.label for change in loading.changes], loading.only_here) == (
        ["images/diagram.png"],
        ["images/other-one.png"],
    )
    after = pictures()
    assert before.keys() == after.keys() == {"lesson", "prompt", "hint", "solution", "sheet"}
    assert all(len(found) == 1 for found in (*before.values(), *after.values()))
    assert len({*map(tuple, before.values())}) == len({*map(tuple, after.values())}) == 1
    assert before["prompt"] != after["prompt"]
    assert 'id="as-it-was"' in Lesson.objects.get(slug="first").published.body_html
    assert exported_files(Course.objects.get())["images/diagram.png"] == png("green")


def pictures():
    """Where the texts that show the diagram find it."""
    alone = Exercise.objects.get(slug="alone").published
    texts = {
        "lesson": Lesson.objects.get(slug="first").published.body_html,
        "prompt": alone.instructions_html,
        "hint": "".join(alone.hints_html),
        "solution": alone.solution_html,
        "sheet": str(Exercise.objects.get(slug="choice-one").draft.sheet),
    }
    return {
        name: re.findall(r'src="(/courses/small/images/diagram\.png\?v=\w+)"', text) for name, text in texts.items()
    }


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.png", b"no image", "This is no image that can be read; there are: PNG."),
        ("a.webp", png("red"), "This is no image that can be read; there are: WebP."),
        ("Big Name.png", png("red"), "Big Name.png is no name of an image"),
        ("a.svg", b"<svg/>", "a.svg is no name of an image"),
        ("below/a.png", png("red"), "below/a.png is no name of an image"),
    ],
)
def test_an_image_that_is_none_is_refused(tmp_path, name, content, problem):
    folder = write_nasty(tmp_path)
    (folder / "images" / name).parent.mkdir(exist_ok=True)
    (folder / "images" / name).write_bytes(content)

    with pytest.raises(Exception, match=f"images/{name}: {problem}"):
        load_course(folder)

    assert Course.objects.count() == 0


def test_an_uploaded_image_comes_back_too(tmp_path):
    load_course(write_nasty(tmp_path))
    name = add_image(course=Course.objects.get(), data=png("white")).name

    assert come_back("small")[f"images/{name}"][:4] == b"RIFF"


def test_work_that_is_not_finished_comes_back_as_a_draft(tmp_path):
    lesson = make_lesson(make_module(make_course()))
    exercise = make_exercise(lesson=lesson)
    text = {"title": "First", "summary": "S.", "minutes": 5, "body_markdown": "[Nowhere](lesson:nope).\n"}
    save_lesson_draft(lesson=lesson, **text)
    save_exercise_draft(exercise=exercise, content=content(prompt_markdown="!!! nothing\n    So called.\n"))

    first, second = come_back("frameworks"), come_back("frameworks")

    assert first == second
    assert b"draft = true" in first["lessons/first.md"]
    assert b"draft = true" in first[f"exercises/{exercise.slug}/exercise.toml"]
    assert Lesson.objects.get().published is None


@pytest.mark.parametrize(
    "broken",
    [
        {"cases_toml": "a = [\n"},
        {"cases_toml": "", "params": '# mine\n\\x == "1"\n', "limits": "wall_seconds: 5\n\n[more\n"},
        {"limits": {"wall_seconds": 2000, "more": [{"a b": "c"}]}},
        {"starter": {"other.py": "x = 1\n"}, "solution": {}, "wrong": {"Some_Thing.txt": "", "a.py": "x"}},
        {"framework": "", "prompt_markdown": "", "hints": ["a", ""]},
        {"kind": "decision"},
    ],
    ids=["cases", "values", "limits", "files", "texts", "kind"],
)
def test_an_exercise_with_mistakes_comes_back_as_it_was_saved(broken):
    exercise = make_exercise(lesson=make_lesson(make_module(make_course())))
    save_exercise_draft(exercise=exercise, content=content(**broken))
    saved = draft_content(Exercise.objects.get())

    files = come_back("frameworks")

    assert draft_content(Exercise.objects.get()) == saved
    assert not Exercise.objects.get().draft.is_complete
    assert b"draft = true" in files[f"exercises/{exercise.slug}/exercise.toml"]


def test_families_with_mistakes_come_back_with_their_exercises(tmp_path):
    course = make_course()
    exercise = make_exercise(lesson=make_lesson(make_module(course)))
    used, unused = Family(course=course, slug="used"), Family(course=course, slug="unused")
    save_family(family=used, cases_toml=FAMILY)
    save_exercise_draft(exercise=exercise, content=content(cases_toml="", family=used, params={"answer": 1}, wrong={}))
    for family in (used, unused):
        save_family(family=family, cases_toml="# Not yet:\na = [\n")

    files = come_back("frameworks")

    assert files["families/used.toml"] == files["families/unused.toml"] == b"# Not yet:\na = [\n"
    assert not Exercise.objects.get().draft.is_complete


def test_links_to_a_lesson_that_was_renamed_lead_to_it_where_nobody_knows_its_former_slug(tmp_path):
    folder = write_exercises(tmp_path)
    links = "[It](lesson:first), [that](<lesson:first>), [this][1] and `lesson:first`.\n\n[1]: lesson:first\n"
    exercise = next(path.parent for path in folder.glob("exercises/*/exercise.toml") if "hints" in path.read_text())
    (exercise / "prompt.md").write_text(links)
    for program in ("starter", "solution"):
        (exercise / program / "notes.md").write_text("[It](lesson:first)\n")
    with (folder / "lessons/second.md").open("a") as second:
        second.write("\n[First](lesson:first)\n")
    (exercise / "exercise.toml").write_text(
        re.sub(r"hints = \[", 'hints = ["See [it](lesson:first).",', (exercise / "exercise.toml").read_text())
    )
    load_course(folder)
    rename_lesson(lesson=Lesson.objects.get(slug="first"), slug="beginning")
    rename_lesson(lesson=Lesson.objects.get(slug="beginning"), slug="start")

    assert load_archive(export_archive(Course.objects.get()), name="course.zip").is_unchanged
    files = come_back("small")

    assert files[f"exercises/{exercise.name}/prompt.md"].decode() == (
        "[It](lesson:start), [that](<lesson:start>), [this][1] and `lesson:first`.\n\n[1]: lesson:start\n"
    )
    assert files["lessons/second.md"].endswith(b"[First](lesson:start)\n")
    assert files[f"exercises/{exercise.name}/starter/notes.md"] == b"[It](lesson:first)\n"
    assert b"See [it](lesson:start)." in files[f"exercises/{exercise.name}/exercise.toml"]


def test_links_to_pages_that_were_renamed_lead_to_them_where_nobody_knows_their_former_slugs(tmp_path):
    folder = write_exercises(tmp_path)
    load_course(folder)
    course, second = Course.objects.get(), Lesson.objects.select_related("draft").get(slug="second")
    links = "[a](/exercises/alone/), [b](/courses/small/first/#top), [c](/courses/small/), [d](/courses/small/second)\n"
    text = {name: getattr(second.draft, name) for name in ("title", "summary", "minutes")}
    save_lesson_draft(lesson=second, body_markdown=links, **text)
    rename_lesson(lesson=Lesson.objects.get(slug="first"), slug="beginning")
    rename_exercise(exercise=Exercise.objects.get(slug="alone"), slug="together")
    rename_course(course=course, slug="large")

    assert load_archive(export_archive(Course.objects.get()), name="course.zip").is_unchanged
    files = come_back("large")

    assert (
        files["lessons/second.md"]
        .decode()
        .endswith(
            "[a](/exercises/together/), [b](/courses/large/beginning/#top), [c](/courses/large/), "
            "[d](/courses/large/second)\n"
        )
    )


# --- Whatever the forms take -----------------------------------------------------------------------------------------

PIECES = [
    " ", "  ", "\n", "\r\n", "\r", "\t", "\ufeff", "\u200b", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\x7f", "\x01",
    '"', "'", '"""', "'''", "\\", "\\u0041", "+++", "---", "#", "# fails: x", "```", "~~~", "é", "e\u0301", "😀",
    "\u202e", "[[modules]]", "${x}", "=", "{}", "draft = true", "a", "Text.", "## Why",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES) | st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=12).map(
    "".join
)
WORDS = TEXT.map(lambda text: f"{text}x")  # not blank
SLUG = st.sampled_from(["zero", "a", "1", "x-y", "com10", "a" * 50, "b-2", "x1", "con"])
PATHS = st.sampled_from([
    "a.py", "b", "shop/stock.py", "shop/other/x.html", "com10", "a" * 100, "a-.b_c", "_/_", "1/2/3/4",
    "Main.py", "shop", "con.py", "a./b.py", "__pycache__/x.py", "a/.b", "shop/Stock.py", "ü.py", "x y.py",
])  # fmt: skip
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15, allow_nan=False)
VALUES = st.recursive(
    st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PROPERTY = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def rolled_back():
    """Each example has the database as the test got it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def saved_course(course: dict, module: dict) -> Module | None:
    """What the admin makes of the two forms; None when it refuses one."""
    course_form = CourseForm(course)
    if not course_form.is_valid():
        return None
    made = save_course(course=course_form.save(commit=False))
    module_form = ModuleForm(module | {"course": made.pk})
    return save_module(module=module_form.save(commit=False)) if module_form.is_valid() else None


def saved_lesson(module: Module, data: dict) -> Lesson | None:
    form = LessonForm(data | {"module": module.pk})
    if not form.is_valid():
        return None
    lesson = add_lesson(module=module, slug=form.cleaned_data["slug"])
    texts = {name: form.cleaned_data[name] for name in ("title", "summary", "minutes", "body_markdown")}
    save_lesson_draft(lesson=lesson, **texts)
    return lesson


@pytest.fixture
def taken():
    """How many examples the forms took, so that a property does not hold because they refuse everything."""
    count = SimpleNamespace(taken=0)
    yield count
    assert count.taken >= 10


def test_what_the_forms_of_courses_and_lessons_take_comes_back(taken):
    @PROPERTY
    @given(
        course=st.fixed_dictionaries({
            "title": WORDS, "slug": SLUG, "summary": WORDS, "language": st.sampled_from(["en", "pt-BR", "English"]),
        }),
        module=st.fixed_dictionaries({"title": WORDS, "slug": SLUG}),
        lessons=st.lists(
            st.fixed_dictionaries({
                "title": WORDS, "slug": SLUG, "summary": WORDS, "minutes": st.integers(1, 600), "body_markdown": WORDS,
            }),
            max_size=3,
        ),
        held_back=st.booleans(),
    )  # fmt: skip
    def comes_back(course, module, lessons, held_back):
        with rolled_back():
            made = saved_course(course, module)
            if made is None:
                return
            for lesson in lessons:
                saved_lesson(made, lesson)
            Course.objects.update(held_back=held_back)
            Lesson.objects.update(held_back=held_back)
            come_back(made.course.slug)
            taken.taken += 1

    comes_back()


def program(text: str, *, is_draft: bool) -> str:
    """*text* in a Python file: any in a draft, else in comments, because what does not parse is not loaded."""
    return text if is_draft else re.sub(r"(^|\r\n|\r|\n)", r"\1#", text)


def typed_files(name: str, files: dict[str, str]) -> dict[str, str]:
    """What a browser sends of a FilesField."""
    data = {f"{name}-total": str(len(files))}
    for index, (path, text) in enumerate(files.items()):
        data |= {f"{name}-{index}-path": path, f"{name}-{index}-text": text}
    return data


def typed_hints(hints: list[str]) -> dict[str, str]:
    return {"hints-total": str(len(hints)), **{f"hints-{index}": hint for index, hint in enumerate(hints)}}


def test_what_the_forms_of_exercises_and_families_take_comes_back(taken, tmp_path):
    load_course(write_exercises(tmp_path))
    lesson, course = Lesson.objects.get(slug="first"), Course.objects.get()
    other = save_course(course=Course(slug="other", title="Other", summary="Another."))
    foreign = Family.objects.create(slug="foreign", course=other, cases_toml=FAMILY)

    @PROPERTY
    @given(
        form=st.fixed_dictionaries({
            "title": WORDS, "slug": SLUG, "position": st.sampled_from([0, 7, 99, 10_000, 10_001]),
            "prompt_markdown": WORDS, "solution_markdown": TEXT,
        }),
        hints=st.lists(TEXT, max_size=3),
        others=st.dictionaries(PATHS, TEXT, max_size=1),
        main=TEXT,
        wrong=st.dictionaries(st.sampled_from(["a.py", "b-c.py"]), TEXT, max_size=1),
        params=st.fixed_dictionaries({"zeta": VALUES, "alpha": VALUES}),
        family_text=st.tuples(TEXT, TEXT),
        chosen=st.sampled_from(["none", "none", "its own", "its own", "foreign"]),
        broken=st.sampled_from(["nothing", "nothing", "cases", "params", "limits", "family"]),
        held_back=st.booleans(),
    )  # fmt: skip
    def comes_back(form, hints, others, main, wrong, params, family_text, chosen, broken, held_back):
        with rolled_back():
            comment = "".join(filter(str.isprintable, family_text[0]))  # TOML has no others in it
            after = family_text[1] if not family_text[1].strip() else ""
            family_form = FamilyForm({
                "course": course.pk, "slug": "mixed",
                "cases_toml": f"x = {family_text[1]}" if broken == "family" else f"# {comment}\n{MIXED_FAMILY}{after}",
            })  # fmt: skip
            family = {"none": None, "foreign": foreign}.get(chosen)
            if chosen == "its own":
                if not family_form.is_valid():
                    return
                family = family_form.save(commit=False)
                save_family(family=family, cases_toml=family_form.cleaned_data["cases_toml"])
            case = "Mixed" if family else "The body says ok"
            main, *wrong_texts = (program(text, is_draft=held_back) for text in (main, *wrong.values()))
            others = {path: program(text, is_draft=held_back) for path, text in others.items()}
            exercise_form = ExerciseForm(
                form
                | typed_hints(hints)
                | typed_files("starter", {**others, "main.py": main})
                | typed_files("solution", {**others, "main.py": main + "x"})
                | typed_files(
                    "wrong", {path: f"# fails: {case}\n{text}" for path, text in zip(wrong, wrong_texts, strict=True)}
                )
                | {
                    "kind": "http",
                    "framework": "flask",
                    "difficulty": "easy",
                    "lesson": lesson.pk,
                    "family": family.pk if family else "",
                    "params": family_text[0] if broken == "params" else to_toml(params) if family else "",
                    "cases_toml": family_text[0] if broken == "cases" else "" if family else CASES,
                    "limits": family_text[0] if broken == "limits" else "",
                }
            )
            if not exercise_form.is_valid():
                return
            exercise = exercise_form.save(commit=False)
            exercise.held_back = held_back
            exercise.save()
            save_exercise_draft(exercise=exercise, content=exercise_form.content)
            assert chosen != "foreign"
            assert f"exercises/{exercise.slug}/starter/main.py" in come_back("small")
            taken.taken += 1

    comes_back()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("hints", ["a\0b"]),
        ("hints", ["x" * 65_537]),
        ("prompt_markdown", "x" * 65_537),
        ("cases_toml", CASES + "#" * 65_537),
    ],
)
def test_what_no_file_can_hold_is_refused(column, value):
    assert column in {problem.field for problem in content(**{column: value}).problems()}


MIXED_FAMILY = """
[params]
zeta = "anything"
alpha = "anything"

[[case]]
name = "Mixed"
request = { path = "/health" }
expect = { status = 200, json = { a = "${alpha}", z = "${zeta}" } }
"""
