"""Writing an exercise in the admin: its problems at their text boxes, its preview, what cannot be saved yet."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from courses.models import WorkingCopy
from exercises.models import Exercise, ExerciseVersion, Family, Submission
from exercises.tests.answer_content import CHOICE
from exercises.tests.builders import make_course, make_exercise, make_lesson
from exercises.tests.content import CASES, FAMILY, content
from exercises.tests.test_admin import filled_in, open_form, staff, url
from exercises.versions import save_exercise_draft, save_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def exercise() -> Exercise:
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="health")
    save_exercise_draft(exercise=exercise, content=content(hints=["Think.", "Think\nharder."]))
    return exercise


@pytest.fixture
def editor(client) -> User:
    user = staff("publisher", "view_family", "add_exercise")
    client.force_login(user)
    return user


def check(client, exercise: Exercise, **changes: object) -> dict:
    response = client.post(url("exercise_proofread", exercise.pk), open_form(client, exercise) | changes)
    assert response.status_code == 200
    return response.json()


def test_an_exercise_without_mistakes_has_none(client, exercise, editor):
    answer = check(client, exercise)

    assert answer["problems"] == []
    assert "You see a draft" in answer["html"]
    assert 'data-exercise="health"' in answer["html"]


def test_a_place_and_a_slug_that_cannot_be_are_named_while_somebody_types(client, exercise, editor):
    make_exercise("other", lesson=exercise.lesson)
    form = open_form(client, exercise)

    said = {}
    for slug in (exercise.slug, "other", "My Exercise"):
        said[slug] = [(one["field"], one["message"]) for one in check(client, exercise, slug=slug)["problems"]]
    adding = client.post(url("exercise_add_proofread"), form | {"slug": "", "lesson": ""}).json()["problems"]

    assert said[exercise.slug] == []
    assert said["other"] == [("slug", "There is an exercise with this slug already.")]
    assert {field for field, _ in said["My Exercise"]} == {"slug"}
    assert [(one["field"], one["message"]) for one in adding[:2]] == [
        ("lesson", "This field is required."), ("slug", "This field is required."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "line", "says"),
    [
        ({"cases_toml": CASES + "\r\n[[case]]\r\nname = 3\r\n"}, "cases_toml", None, "a case needs"),
        ({"cases_toml": "a = [\n"}, "cases_toml", 1, ""),
        ({"limits": "wall_seconds = 5\ncpu_seconds = 900"}, "limits", 2, "from 1 to 60"),
        ({"limits": "wall_seconds = 5\nnetwork = 1"}, "limits", 2, "is no limit"),
        ({"limits": "wall_seconds = 5\nx = ="}, "limits", 2, ""),
        ({"prompt_markdown": "Do it.\n\n!!! danger\n    x\n"}, "prompt_markdown", 3, "danger"),
        ({"hints-1": "Think.\n\n[x](lesson:nowhere)"}, "hints-1", 3, "nowhere"),
        ({"solution_markdown": "![](/static/a.svg)"}, "solution_markdown", 1, "no text"),
        ({"wrong-0-text": "x = 1\n"}, "wrong-0-text", 1, "must begin with a comment"),
        ({"wrong-0-text": "# fails: Nothing\n"}, "wrong-0-text", 1, "does not exist"),
        ({"starter-0-text": "x = 1\r\ndef f(:\r\n"}, "starter-0-text", 2, "This Python does not parse: invalid syntax"),
        ({"solution-0-text": "x = 1\n\nprint('\n"}, "solution-0-text", 3, "This Python does not parse: unterminated"),
        ({"wrong-0-text": "# fails: The body says ok\nreturn return\n"}, "wrong-0-text", 2, "does not parse"),
        ({"title": ""}, "title", None, "required"),
    ],
)
def test_problems_stand_at_their_text_box_and_line(client, exercise, editor, changes, field, line, says):
    found = check(client, exercise, **changes)["problems"]

    mine = [problem for problem in found if problem["field"] == field]
    assert any(says in problem["message"] for problem in mine)
    if line is not None:
        assert line in {problem["line"] for problem in mine}
    elif field == "cases_toml":
        assert min(problem["line"] for problem in mine) > CASES.count("\n")
    assert not ExerciseVersion.objects.filter(number=2).exists()


@pytest.mark.parametrize(
    ("changes", "says", "is_saved"),
    [
        ({}, "No problems found.", True),
        (
            {"prompt_markdown": "!!! danger\n    x\n"},
            "1 problem keeps this from being published. It can be saved.",
            True,
        ),
        ({"starter-0-text": "def f(:\n"}, "1 problem keeps this from being published. It can be saved.", True),
        ({"cases_toml": "a = [\n"}, "1 problem keeps this from being published. It can be saved.", True),
        ({"limits": "x = ="}, "1 problem keeps this from being published. It can be saved.", True),
        (
            {"title": "", "starter-0-text": "x" * 65_537, "prompt_markdown": "!!! danger\n    x\n"},
            "2 problems keep this from being saved. 1 more keeps it from being published. "
            "What you type is kept for you.",
            False,
        ),
    ],
)
def test_what_problems_keep_their_author_from_is_what_saving_does(client, exercise, editor, changes, says, is_saved):
    form = {"difficulty": "hard"} | changes

    answer = check(client, exercise, **form)
    client.post(url("exercise_change", exercise.pk), open_form(client, exercise) | form)

    assert answer["summary"] == says
    assert ExerciseVersion.objects.filter(number=2).exists() == is_saved


def test_one_mistake_does_not_hide_the_others(client, exercise, editor):
    changes = {"title": "", "limits": "x = =", "cases_toml": "a = [", "prompt_markdown": "!!! danger\n    x\n"}

    found = {problem["field"] for problem in check(client, exercise, **changes)["problems"]}

    assert found >= {"title", "limits", "cases_toml", "prompt_markdown"}


def test_preview_is_what_a_visitor_sees_and_is_no_attempt(client, exercise, editor):
    answer = check(client, exercise, title="Typed title", prompt_markdown="Typed **task**.")

    assert "Typed title</h1>" in answer["html"]
    assert "Typed <strong>task</strong>." in answer["html"]
    assert editor.username not in answer["html"]
    assert not Submission.objects.exists()


def test_preview_of_questions_waits_until_they_can_be_read(client, editor):
    data = {
        "title": "Questions", "lesson": make_lesson().pk, "slug": "questions", "kind": "choice", "difficulty": "easy",
        "prompt_markdown": "Choose.", "starter-total": "0", "solution-total": "0", "wrong-total": "0",
        "hints-total": "0", "cases_toml": CHOICE.replace("(lesson:first)", "(/search/)"),
    }  # fmt: skip

    readable = client.post(url("exercise_add_proofread"), data).json()
    unreadable = client.post(url("exercise_add_proofread"), data | {"cases_toml": "x = ["}).json()

    assert readable["problems"] == []
    assert "Questions</h1>" in readable["html"]
    assert (unreadable["html"], "can be read" in unreadable["why"]) == (None, True)


def test_content_that_cannot_be_stored_is_kept_and_learners_keep_theirs(client, exercise, editor):
    form = open_form(client, exercise) | {"cases_toml": "a = [", "title": "Work of a day", "slug": "No slug"}

    page = client.post(url("exercise_change", exercise.pk), form).content.decode()
    restored = client.get(url("exercise_change", exercise.pk), {"restore": form["_form"]}).content.decode()

    assert "Nothing is lost" in page
    assert ExerciseVersion.objects.count() == 1
    assert 'value="Work of a day"' in restored
    assert "a = [</textarea>" in restored
    assert "harder.</textarea>" in restored


def test_restored_files_and_hints_are_saved_like_typed_ones(client, exercise, editor):
    form = open_form(client, exercise) | {"hints-0": "Other hint.", "starter-0-text": "other = 1\n"}
    client.post(url("exercise_copy", exercise.pk), form)

    page = client.get(url("exercise_change", exercise.pk), {"restore": form["_form"]}).content.decode()
    client.post(url("exercise_change", exercise.pk), filled_in(page))

    draft = Exercise.objects.get().draft
    assert (draft.number, draft.hints[0], draft.starter["main.py"]) == (2, "Other hint.", "other = 1\n")
    assert not WorkingCopy.objects.filter(content__isnull=False).exists()


def test_unsaved_files_and_hints_are_compared_each_by_its_name(client, exercise, editor):
    form = open_form(client, exercise)
    changed = {
        "hints-0": form["hints-0"] + " Look.",
        "starter-0-text": "other = 1\n",
        "wrong-total": "2",
        "wrong-1-path": "new.py",
        "wrong-1-text": "x = 1\n",
        "solution-0-remove": "on",
        "difficulty": "hard",
    }
    client.post(url("exercise_copy", exercise.pk), form | changed)

    (offered,) = client.get(url("exercise_change", exercise.pk)).context["editing"]["unsaved"]

    assert {diff.path: (diff.removed > 0, diff.added > 0) for diff in offered.diffs} == {
        "Difficulty": (True, True),
        "Starter: main.py": (True, True),
        "Wrong answers: new.py": (False, True),
        "Hints": (True, True),
        "Reference: main.py": (True, False),
    }


def test_any_number_of_texts_is_compared_with_the_same_queries(client, exercise, editor):
    counts = []
    for names in ("a", "bcd"):
        for name in names:
            client.post(url("exercise_copy", exercise.pk), open_form(client, exercise) | {"title": name, "_form": name})
        with CaptureQueriesContext(connection) as queries:
            client.get(url("exercise_change", exercise.pk))
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.fixture
def family(exercise) -> Family:
    """With two members: `health`, and `other` in another lesson of the course."""
    family = Family(course=exercise.lesson.course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    other = Exercise.objects.create(lesson=make_lesson("next", course=family.course), slug="other")
    for member in (exercise, other):
        member_content = content(cases_toml="", family=family, params={"answer": True})
        save_exercise_draft(exercise=member, content=member_content)
    return family


@pytest.fixture
def family_editor(client) -> User:
    user = staff("publisher", "view_family", "change_family", "add_family")
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('name = "The', "name = The", 5, "not valid TOML"),
        ("200", "2000", 7, "status must be a number from 100 to 599, or an array of them (health, other)"),
        ("${answer}", "${reply}", 7, "reply"),
        ("The body says ok", "The body", None, "says-yes.py: names a case that does not exist: The body says ok"),
        ("[params]\n", '[params]\nmore = "of it"\n', None, "The family asks for more: of it (health, other)"),
    ],
)
def test_problems_of_a_family_stand_at_their_line_and_name_its_exercises(
    client, family, family_editor, old, new, line, says
):
    form = filled_in(client.get(url("family_change", family.pk)).content.decode())
    fine = client.post(url("family_proofread", family.pk), form).json()
    changed = form | {"cases_toml": FAMILY.replace(old, new).replace("\n", "\r\n")}

    answer = client.post(url("family_proofread", family.pk), changed).json()
    client.post(url("family_change", family.pk), changed)
    page = client.get(url("family_change", family.pk)).content.decode()

    assert (fine["problems"], answer["html"]) == ([], None)
    assert [(one["field"], one["line"]) for one in answer["problems"]] == [("cases_toml", line)]
    assert says in answer["problems"][0]["message"]
    assert escape(says) in page
    assert Family.objects.get().cases_toml == FAMILY.replace(old, new)
    assert not WorkingCopy.objects.filter(kind="exercises.family", content__isnull=False).exists()


@pytest.mark.parametrize("own", [{"params": "answer = = 1"}, {"kind": "choice", "framework": ""}])
def test_an_exercise_with_mistakes_of_its_own_gives_its_family_no_preview(client, family, family_editor, own):
    save_exercise_draft(
        exercise=Exercise.objects.get(slug="health"), content=content(cases_toml="", family=family, **own)
    )
    form = filled_in(client.get(url("family_change", family.pk)).content.decode())

    one_of_two = client.post(url("family_proofread", family.pk), form).json()
    Exercise.objects.filter(slug="other").update(draft=None)
    none = client.post(url("family_proofread", family.pk), form).json()

    assert one_of_two["html"]
    assert (none["html"], "without mistakes" in none["why"]) == (None, True)


def test_a_family_without_exercises_is_checked_by_what_its_cases_ask(client, family_editor):
    course = make_course()
    form = {"course": course.pk, "slug": "new", "cases_toml": FAMILY.replace("path =", "pfad =")}

    problems = client.post(url("family_add_proofread"), form).json()["problems"]
    client.post(url("family_add"), form)
    page = client.get(url("family_change", Family.objects.get().pk)).content.decode()

    assert [(one["line"], "unknown key 'pfad'" in one["message"]) for one in problems] == [(6, False), (6, True)]
    assert "Line 6: unknown key &#x27;pfad&#x27;" in page


def test_preview_of_a_family_is_the_page_of_an_exercise_with_what_is_typed(client, family, family_editor):
    form = filled_in(client.get(url("family_change", family.pk)).content.decode())

    answer = client.post(
        url("family_proofread", family.pk),
        form | {"cases_toml": FAMILY.replace("[[case]]", '[[case]]\nwhy = "Typed reason."')},
    ).json()
    of_a_new_one = client.post(url("family_add_proofread"), {"slug": "new", "cases_toml": FAMILY}).json()

    assert 'data-exercise="health"' in answer["html"]
    assert "The body says ok" in answer["html"]
    assert (answer["length"], of_a_new_one["html"]) == ("", None)
    assert "takes its cases from here" in of_a_new_one["why"]
    assert ExerciseVersion.objects.filter(cases__0__why="Typed reason.").count() == 0


def test_form_of_a_family_names_its_exercises_and_what_their_publication_needs(client, family, family_editor):
    page = client.get(url("family_change", family.pk)).content.decode()

    assert page.count("Not checked") == 2
    assert f'href="{url("exercise_change", Exercise.objects.get(slug="other").pk)}"' in page
    assert 'data-edited="toml"' in page
    assert 'name="_image"' not in page


def test_who_saves_a_family_second_is_told_and_overwrites_nothing(client, family, family_editor):
    form = filled_in(client.get(url("family_change", family.pk)).content.decode())
    theirs, mine = (FAMILY.replace("200", status) for status in ("201", "202"))
    save_family(family=family, cases_toml=theirs)

    refused = client.post(url("family_change", family.pk), form | {"cases_toml": mine}).content.decode()
    stored = Family.objects.get().cases_toml
    client.post(url("family_change", family.pk), filled_in(refused))

    assert "Somebody saved other cases while you were editing" in refused
    assert stored == theirs
    assert Family.objects.get().cases_toml == mine


def test_lesson_names_its_exercises(client, exercise):
    client.force_login(User.objects.create_superuser("root"))

    form = client.get(f"/admin/courses/lesson/{exercise.lesson_id}/change/").content.decode()

    assert f'href="{url("exercise_change", exercise.pk)}"' in form


def test_exercise_stays_in_its_course(client, exercise, editor):
    elsewhere = make_lesson("elsewhere", course=make_course("other"))
    form = open_form(client, exercise) | {"lesson": str(elsewhere.pk)}

    response = client.post(url("exercise_change", exercise.pk), form)

    assert "lesson" in response.context["adminform"].form.errors
    assert Exercise.objects.get().lesson == exercise.lesson
