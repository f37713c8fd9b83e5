"""Exercises that are answered, in the hands of staff: the admin, and the check that has nothing to run."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from exercises.answering import answer, assess
from exercises.models import Exercise, ExerciseCheck
from exercises.tests.answer_content import CHOICE, RIGHT, TEXTS, make_answered
from exercises.tests.builders import guest, make_lesson, make_user
from exercises.tests.test_admin import draft_of, messages_of, open_form, staff, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(client):
    user = staff("publisher", "add_exercise", "view_family")
    client.force_login(user)
    return user


@pytest.mark.parametrize("kind", TEXTS)
def test_an_answered_exercise_is_written_and_published_without_a_check(client, publisher, kind):
    exercise = make_answered(kind, is_published=False)
    form = open_form(client, exercise)

    saved = client.post(url("exercise_change", exercise.pk), form | {"title": "Better", "_publish": "1"})

    exercise.refresh_from_db()
    assert saved.status_code == 302
    assert (exercise.published.title, exercise.published.number) == ("Better", 2)
    assert ExerciseCheck.objects.count() == 0


def test_an_answered_exercise_is_added_with_its_questions(client, publisher):
    lesson = make_lesson()
    form = {
        "title": "Questions", "lesson": lesson.pk, "slug": "questions", "position": 1, "kind": "choice",
        "framework": "", "difficulty": "easy", "prompt_markdown": "Answer.", "cases_toml": CHOICE, "based_on": "0",
    }  # fmt: skip

    response = client.post(url("exercise_add"), form)

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert [case["name"] for case in Exercise.objects.get().draft.cases] == [
        "What do you look at first?", "Which two are sync-first?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"cases_toml": CHOICE.replace("correct = true", "correct = 1", 1)}, "cases_toml",
         "line 13: correct must be true or false"),
        ({"framework": "flask"}, "framework", "An exercise of the kind choice has no framework."),
        ({"starter-0-path": "main.py", "starter-0-text": "x"}, "starter",
         "An exercise of the kind choice has no starter files."),
        ({"kind": "decision"}, "cases_toml", "cases.toml needs 'decision'"),
        ({"kind": "http"}, "framework", "The framework is one of"),
    ],
)  # fmt: skip
def test_the_form_names_what_does_not_fit(client, publisher, changes, field, error):
    exercise = make_answered("choice", is_published=False)

    form = open_form(client, exercise) | changes
    named = client.post(url("exercise_proofread", exercise.pk), form).json()["problems"]
    client.post(url("exercise_change", exercise.pk), form)
    shown = client.get(exercise.get_absolute_url())

    assert [one for one in named if one["field"] == field and error in f"line {one['line']}: {one['message']}"], named
    assert (draft_of(exercise).number, draft_of(exercise).is_complete) == (2, False)
    assert (shown.status_code, "cannot be shown yet" in shown.content.decode()) == (409, True)


def test_the_page_offers_no_check_and_says_why(client, publisher):
    exercise = make_answered("choice", is_published=False)

    page = client.get(url("exercise_change", exercise.pk)).content.decode()
    asked = client.post(url("exercise_change", exercise.pk), open_form(client, exercise) | {"_check": "1"}, follow=True)
    listed = client.get(url("exercise_changelist")).content.decode()

    assert "there is nothing to run before it is published" in page
    assert 'name="_check"' not in page
    assert messages_of(asked) == ["Choice (version 1) has nothing to run: it is answered, not coded."]
    assert "Needs none" in listed


def test_the_page_lists_mistakes_in_the_texts_by_file_and_line(client, publisher):
    exercise = make_answered("choice", is_published=False, cases_toml=CHOICE.replace("lesson:first", "lesson:none"))

    page = client.get(url("exercise_change", exercise.pk)).content.decode()

    assert "Line 14: The course has no lesson &quot;none&quot;. (cases)" in page


def test_check_exercises_finds_answered_ones_sound(capsys):
    make_answered("choice")

    call_command("check_exercises", "choice")

    out = capsys.readouterr().out
    assert "ok     cases.toml  has nothing to run" in out
    assert "1 exercise is sound." in out
    assert ExerciseCheck.objects.get().status == "passed"


def test_staff_see_the_answers_and_what_was_ticked(client):
    submission = answer(owner=guest(), exercise=make_answered("scenario"), answers=RIGHT["scenario"])
    assess(submission=submission, ticked=["workload"])
    client.force_login(make_user("root", is_staff=True, is_superuser=True))

    page = client.get(reverse("admin:exercises_submission_change", args=[submission.pk])).content.decode()

    assert "Hardly any learning curve." in page
    assert "workload" in page
