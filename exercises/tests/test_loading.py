"""Families and exercises of a course folder: in, out, and every mistake with its place."""

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command

from courses.exporting import export_course
from courses.loading import ContentError, load_course
from courses.models import Course
from courses.tests.builders import contents_of
from exercises.models import Exercise, ExerciseVersion, Family
from exercises.tests.content import CASES, DESCRIPTION, FAMILY, SOLUTION, STARTER, WRONG, write_exercises
from exercises.versions import draft_content, save_exercise_draft, save_family

pytestmark = pytest.mark.django_db
SHIPPED = Path(__file__).parents[2] / "courses/content/python-web-frameworks"


@pytest.fixture
def folder(tmp_path):
    return write_exercises(tmp_path)


def edit(folder, label, old, new):
    path = folder / label
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_load_stores_exercises_with_their_cases_resolved(folder):
    load_course(folder, publish=True, is_checked=True)

    alone, member = Exercise.objects.order_by("slug")
    version = alone.draft
    assert (alone.slug, alone.lesson.slug, alone.position, alone.published) == ("alone", "first", 1, version)
    assert (version.title, version.framework, version.difficulty) == ("A health check", "flask", "easy")
    assert (version.starter, version.wrong) == (
        {"main.py": STARTER, "shop/stock.py": "ITEMS = {}\n"},
        {"says-yes.py": WRONG},
    )
    assert (version.hints, version.limits) == (['Say "ok".', "Return a dictionary."], {"wall_seconds": 5})
    assert version.instructions_html == "<p>Answer <code>GET /health</code>.</p>"
    assert [case["name"] for case in version.cases] == ["GET /health answers 200", "The body says ok"]
    assert (member.published, member.held_back, member.draft.family.slug) == (None, True, "health")
    assert member.draft.cases[0]["expect"]["json"] == {"ok": True}


def test_texts_may_link_to_exercises_that_are_loaded_with_them(folder):
    lesson, prompt = folder / "lessons/first.md", folder / "exercises/alone/prompt.md"
    lesson.write_text(lesson.read_text() + "\n[a](/exercises/member/)\n")
    prompt.write_text(prompt.read_text() + "\n[a](/exercises/member/)\n")

    load_course(folder, publish=True, is_checked=True)

    assert Exercise.objects.get(slug="alone").published is not None


def test_load_twice_changes_nothing(folder):
    load_course(folder, publish=True, is_checked=True)

    loading = load_course(folder, publish=True, is_checked=True)

    assert (loading.is_unchanged, ExerciseVersion.objects.count()) == (True, 2)


@pytest.mark.parametrize("make", [write_exercises, lambda path: shutil.copytree(SHIPPED, path / SHIPPED.name)])
def test_export_writes_what_was_loaded_byte_for_byte(make, tmp_path):
    folder = make(tmp_path)
    load_course(folder)
    target = tmp_path / "export" / folder.name
    for stale in ("course.toml", "exercises/gone/prompt.md", "families/gone.toml"):
        (target / stale).parent.mkdir(parents=True, exist_ok=True)
        (target / stale).write_text("old")

    export_course(Course.objects.get(), target)

    assert contents_of(target) == contents_of(folder)
    assert not (target / "exercises/gone").exists()


def test_load_takes_a_change_of_a_file_as_a_new_version(folder):
    load_course(folder, publish=True, is_checked=True)
    edit(folder, "exercises/alone/prompt.md", "Answer", "Do answer")

    loading = load_course(folder, publish=True, is_checked=True)

    alone = Exercise.objects.get(slug="alone")
    assert [change.label for change in loading.changes] == ["exercises/alone/prompt.md"]
    assert (alone.draft.number, alone.published_id) == (2, alone.draft_id)


def test_load_of_a_changed_family_resolves_its_members_again(folder):
    load_course(folder)
    edit(folder, "families/health.toml", "status = 200", "status = 201")

    loading = load_course(folder)

    assert [change.label for change in loading.changes] == ["families/health.toml"]
    assert Exercise.objects.get(slug="member").draft.cases[0]["expect"]["status"] == [201]


def test_load_leaves_what_was_edited_here(folder):
    load_course(folder)
    alone = Exercise.objects.select_related("draft").get(slug="alone")
    edited = draft_content(alone)
    save_exercise_draft(exercise=alone, content=type(edited)(**(edited.columns | {"title": "Edited"})))
    save_family(family=Family.objects.get(), cases_toml=FAMILY.replace("200", "[200, 201]"))
    edit(folder, "exercises/alone/prompt.md", "Answer", "Do answer")

    kept = load_course(folder)

    assert kept.kept == ["families/health.toml", "exercises/alone"]
    assert Exercise.objects.get(slug="alone").draft.title == "Edited"
    assert Exercise.objects.get(slug="member").draft.cases[0]["expect"]["status"] == [200, 201]

    load_course(folder, force=True)

    assert Exercise.objects.get(slug="alone").draft.title == "A health check"
    assert Exercise.objects.get(slug="member").draft.cases[0]["expect"]["status"] == [200]


def test_load_names_what_has_no_file_and_keeps_it(folder):
    load_course(folder)
    shutil.rmtree(folder / "exercises/member")
    (folder / "families/health.toml").unlink()

    loading = load_course(folder)

    assert loading.only_here == ["families/health.toml", "exercises/member"]
    assert Exercise.objects.count() == 2


def test_dry_run_stores_nothing(folder):
    loading = load_course(folder, publish=True, is_checked=True, dry_run=True)

    assert "exercises/alone/exercise.toml" in [change.label for change in loading.changes]
    assert (Exercise.objects.count(), Family.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("label", "text", "problem"),
    [
        ("families/Wealth.toml", FAMILY,
         "families/Wealth.toml: does not belong here: families has files named <slug>.toml"),
        ("families/notes.md", "x", "families/notes.md: does not belong here: families has files named <slug>.toml"),
        ("exercises/notes.md", "x", "exercises/notes.md: does not belong here: exercises has folders named <slug>"),
        ("exercises/alone/notes.txt", "x", "exercises/alone/notes.txt: does not belong to an exercise"),
        ("exercises/alone/starter/../../x.py", "x",
         "exercises/x.py: does not belong here: exercises has folders named <slug>"),
        ("exercises/alone/starter/a b.py", "x",
         "exercises/alone/starter/a b.py: is no path such as main.py or shop/stock.py."),
        ("exercises/alone/starter/extra.py", "x",
         "exercises/alone/solution: The solution needs exactly the files of the starter: learners hand in those."),
        ("exercises/alone/starter/main.py", "x" * 65537, "exercises/alone/starter/main.py: is larger than 64 KiB"),
        ("exercises/alone/starter/main.py", "a\nb\0", "exercises/alone/starter/main.py:2: has a NUL character"),
        ("exercises/alone/wrong/UP.py", WRONG, "exercises/alone/wrong/UP.py: must be named like returns-text.py."),
        ("exercises/alone/wrong/says-yes.py", SOLUTION,
         "exercises/alone/wrong/says-yes.py:1: must begin with a comment like `# fails: GET / answers 200`."),
        ("exercises/alone/wrong/says-yes.py", "# fails: nothing\n",
         "exercises/alone/wrong/says-yes.py:1: names a case that does not exist: nothing"),
        ("exercises/alone/solution/main.py", "x = 1\ndef f(:\n",
         "exercises/alone/solution/main.py:2: This Python does not parse: invalid syntax."),
        ("exercises/alone/cases.toml", CASES + "[[case]]\n", "exercises/alone/cases.toml:11: a case needs 'name'"),
        ("exercises/alone/cases.toml", "", "exercises/alone/cases.toml: one [[case]] is needed at least, 50 at most"),
        ("exercises/alone/prompt.md", "", "exercises/alone/prompt.md: The prompt is empty."),
        ("exercises/alone/prompt.md", "a\n\n[x](lesson:nowhere)\n",
         "exercises/alone/prompt.md:3: The course has no lesson \"nowhere\""),
        ("exercises/alone/exercise.toml", DESCRIPTION + "extra = 1\n",
         "exercises/alone/exercise.toml:12: 'extra' is no limit"),
        ("exercises/alone/exercise.toml", "slug = 1\n" + DESCRIPTION,
         "exercises/alone/exercise.toml:1: unknown key 'slug'"),
        ("exercises/alone/exercise.toml", DESCRIPTION.replace('kind = "http"\n', ""),
         "exercises/alone/exercise.toml: exercise.toml needs 'kind'"),
        ("exercises/alone/exercise.toml", DESCRIPTION.replace('"flask"', '"rails"'),
         "exercises/alone/exercise.toml:3: The framework is one of"),
        ("exercises/alone/exercise.toml", DESCRIPTION.replace('"first"', '"nowhere"'),
         "exercises/alone/exercise.toml:4: the course has no lesson nowhere"),
        ("exercises/alone/exercise.toml", DESCRIPTION.replace("= 1", "= true"),
         "exercises/alone/exercise.toml:5: position must be a whole number from 0 to 10000"),
        ("exercises/alone/exercise.toml", 'family = "none"\n' + DESCRIPTION,
         "exercises/alone/exercise.toml:1: there is no families/none.toml"),
        ("exercises/alone/exercise.toml", 'family = "health"\n' + DESCRIPTION,
         "exercises/alone/cases.toml: The cases are the family's"),
        ("exercises/member/exercise.toml", DESCRIPTION.replace("hints", 'family = "health"\nhints'),
         "exercises/member/exercise.toml: The family asks for answer: what the body says"),
    ],
)  # fmt: skip
def test_load_names_the_file_and_line_of_a_mistake(folder, label, text, problem):
    (folder / label).parent.mkdir(parents=True, exist_ok=True)
    (folder / label).write_text(text)

    with pytest.raises(ContentError) as caught:
        load_course(folder)

    problems = [str(found).removeprefix(f"{folder}/") for found in caught.value.problems]
    assert [found for found in problems if found.startswith(problem)], problems
    assert Exercise.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a =", "families/health.toml:1: not valid TOML: Invalid value"),
        (FAMILY + "extra = 1\n",
         "families/health.toml:8: unknown key 'extra'; a case knows expect, name, request, why"),
        (FAMILY.replace("200", "2000"),
         "families/health.toml:7: status must be a number from 100 to 599, or an array of them"),
        (FAMILY + "[params.more]\n", "families/health.toml:8: more: must be a description in quotes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("use", ["by an exercise", "by a draft", "by none"])
def test_mistakes_of_a_family_stop_the_load_where_an_exercise_that_is_no_draft_uses_it(
    folder, capsys, use, text, problem
):
    (folder / "families/health.toml").write_text(text)
    if use == "by an exercise":
        edit(folder, "exercises/member/exercise.toml", "draft = true\n", "")
    elif use == "by none":
        shutil.rmtree(folder / "exercises/member")

    if use == "by an exercise":
        with pytest.raises(ContentError) as caught:
            load_course(folder)
        found = caught.value.problems
    else:
        found = load_course(folder).unfinished
        assert Family.objects.get().cases_toml.strip() == text.strip()

    assert [str(one).removeprefix(f"{folder}/") for one in found if problem in str(one)], found
    assert Exercise.objects.count() == {"by an exercise": 0, "by a draft": 2, "by none": 1}[use]


def test_an_exercise_that_says_that_it_is_a_draft_is_loaded_with_its_mistakes_which_are_told(folder, capsys):
    edit(folder, "exercises/alone/exercise.toml", "difficulty", "draft = true\ndifficulty")
    (folder / "exercises/alone/cases.toml").write_text("a = [\n")
    (folder / "exercises/alone/prompt.md").write_text("!!! danger\n    x\n")

    call_command("load_course", str(folder), publish=True)

    exercise, told = Exercise.objects.get(slug="alone"), capsys.readouterr().err
    assert (exercise.draft.is_complete, exercise.published) == (False, None)
    assert f"DRAFT: {folder}/exercises/alone/cases.toml:" in told
    assert f"DRAFT: {folder}/exercises/alone/prompt.md:1: " in told


def test_a_load_that_would_break_the_draft_of_an_exercise_that_it_does_not_have_is_refused(folder):
    load_course(folder)
    shutil.rmtree(folder / "exercises/member")
    (folder / "families/health.toml").write_text(FAMILY.replace("200", "2000"))

    with pytest.raises(ContentError, match=r"status must be .* \(exercise member\)"):
        load_course(folder)

    assert Exercise.objects.get(slug="member").draft.is_complete


def test_load_follows_no_link_out_of_the_folder(folder):
    (folder / "exercises/alone/starter/secret.py").symlink_to("/etc/hostname")

    with pytest.raises(ContentError, match=r"secret\.py: is no ordinary file"):
        load_course(folder)


def test_load_leaves_the_exercises_of_another_course(folder, tmp_path):
    load_course(folder)
    other = folder.rename(tmp_path / "other")

    with pytest.raises(ContentError) as caught:
        load_course(other)

    assert [str(problem).removeprefix(f"{other}/") for problem in caught.value.problems] == [
        'exercises/alone: the course Small "course" has an exercise of this name already',
        'families/health.toml: the course Small "course" has a family of this name already',
    ]
