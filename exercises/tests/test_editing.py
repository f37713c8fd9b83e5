"""Writing an exercise in the admin: its problems at their text boxes, its preview, what cannot be saved yet."""

import pytest
from django.contrib.auth.models import User

from courses.models import WorkingCopy
from exercises.models import Exercise, ExerciseVersion, Submission
from exercises.tests.answer_content import CHOICE
from exercises.tests.builders import make_lesson
from exercises.tests.content import CASES, content
from exercises.tests.test_admin import filled_in, open_form, staff, url
from exercises.versions import save_exercise_draft

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


def test_content_that_is_no_version_yet_is_kept_and_learners_keep_theirs(client, exercise, editor):
    form = open_form(client, exercise) | {"cases_toml": "a = [", "title": "Work of a day"}

    page = client.post(url("exercise_change", exercise.pk), form).content.decode()
    restored = client.get(url("exercise_change", exercise.pk), {"restore": "1"}).content.decode()

    assert "Nothing is lost" in page
    assert ExerciseVersion.objects.count() == 1
    assert 'value="Work of a day"' in restored
    assert "a = [</textarea>" in restored
    assert "harder.</textarea>" in restored


def test_restored_files_and_hints_are_saved_like_typed_ones(client, exercise, editor):
    form = open_form(client, exercise) | {"hints-0": "Other hint.", "starter-0-text": "other = 1\n"}
    client.post(url("exercise_copy", exercise.pk), form)

    page = client.get(url("exercise_change", exercise.pk), {"restore": "1"}).content.decode()
    client.post(url("exercise_change", exercise.pk), filled_in(page))

    draft = Exercise.objects.get().draft
    assert (draft.number, draft.hints[0], draft.starter["main.py"]) == (2, "Other hint.", "other = 1\n")
    assert not WorkingCopy.objects.filter(content__isnull=False).exists()


def test_lesson_names_its_exercises(client, exercise):
    client.force_login(User.objects.create_superuser("root"))

    form = client.get(f"/admin/courses/lesson/{exercise.lesson_id}/change/").content.decode()

    assert f'href="{url("exercise_change", exercise.pk)}"' in form
