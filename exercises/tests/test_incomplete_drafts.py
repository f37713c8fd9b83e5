"""Drafts that were saved with mistakes: nothing runs them, nobody answers them, and everything says why."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.previews import preview_address
from exercises.answering import answer
from exercises.checking import request_check, request_course_check
from exercises.checking_here import check_here
from exercises.errors import NotComplete
from exercises.judging import judge_files
from exercises.models import Exercise, ExerciseCheck, Run, Submission, Trial
from exercises.submitting import submit
from exercises.tests.answer_content import CHOICE
from exercises.tests.builders import guest, make_lesson, make_user
from exercises.tests.content import SOLUTION, content
from exercises.trying import program_of_exercise, start
from exercises.versions import publish_exercise, save_exercise_draft

pytestmark = pytest.mark.django_db
BROKEN = {
    "http": {"cases_toml": "a = [\n"},
    "choice": {
        "kind": "choice", "framework": "", "starter": {}, "solution": {}, "wrong": {},
        "cases_toml": CHOICE.replace("correct = true", "correct = 1"),
    },
}  # fmt: skip


@pytest.fixture(params=BROKEN)
def exercise(request) -> Exercise:
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="broken")
    save_exercise_draft(exercise=exercise, content=content(**BROKEN[request.param]))
    return exercise


@pytest.fixture
def coded() -> Exercise:
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="coded")
    save_exercise_draft(exercise=exercise, content=content())
    publish_exercise(exercise=exercise, check=False)
    save_exercise_draft(exercise=exercise, content=content(**BROKEN["http"]))
    return exercise


@pytest.fixture
def author(client):
    user = make_user("author", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_staff_see_in_place_of_the_page_that_it_cannot_be_shown_and_where_it_is_mended(client, author, exercise):
    response = client.get(f"{exercise.get_absolute_url()}?version=draft")

    assert response.status_code == 409
    assert f'href="/admin/exercises/exercise/{exercise.pk}/change/"' in response.content.decode()


def test_who_has_a_preview_link_is_told_without_a_way_into_the_admin(client, exercise):
    response = client.get(preview_address(exercise))

    assert response.status_code == 409
    assert "cannot be shown yet" in response.content.decode()
    assert "/admin/" not in response.content.decode()


def test_others_see_nothing_of_it(client, exercise):
    assert client.get(exercise.get_absolute_url()).status_code == 404


def test_learners_keep_the_version_that_they_have(client, coded):
    response = client.get(coded.get_absolute_url())

    assert response.status_code == 200
    assert "GET /health answers 200" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/v1/exercises/coded/submissions/?version=draft", {"files": {"main.py": SOLUTION}}),
        ("/api/v1/runs/", {"exercise": "coded", "version": "draft"}),
    ],
)
def test_the_api_refuses_to_hand_it_in_and_to_run_it(client, author, coded, address, body):
    response = client.post(address, body, content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (409, "not_complete")
    assert not Run.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_that_runs_it_leads_to_the_one_that_says_why_not(client, author, coded, method):
    response = getattr(client, method)("/exercises/coded/run/?version=draft")

    assert (response.status_code, response["Location"]) == (303, "/exercises/coded/?version=draft")


def test_the_services_refuse_it_whoever_asks(exercise):
    draft = exercise.draft
    with pytest.raises(NotComplete):
        submit(owner=guest(), exercise=exercise, files=draft.starter, preview=draft)
    with pytest.raises(NotComplete):
        answer(owner=guest(), exercise=exercise, answers={}, preview=draft)
    if draft.kind == "http":
        program = program_of_exercise(exercise, draft)
        with pytest.raises(NotComplete):
            start(owner=guest(), program=program, files=program.files, request=program.request)

    assert not Submission.objects.exists()
    assert not Trial.objects.exists()


def test_what_has_no_cases_is_never_judged(exercise):
    with pytest.raises(ValueError, match="nothing to be judged by"):
        judge_files(exercise.draft, {"main.py": SOLUTION}, seed=1)


def test_a_check_of_it_is_red_and_runs_nothing(exercise):
    queued, here = request_check(version=exercise.draft), check_here(exercise.draft)

    queued.refresh_from_db()
    assert [queued.status, here.status] == [ExerciseCheck.Status.FAILED] * 2
    assert not Run.objects.exists()


def test_a_check_of_the_course_names_it_whatever_its_kind(client, author, exercise):
    check = request_course_check(course=exercise.lesson.course)

    assert [row.status for row in check.checks.all()] == [ExerciseCheck.Status.FAILED]
    page = client.get(check.checks.get().get_absolute_url()).content.decode()
    assert "Nothing was run: this draft was saved with mistakes." in page


def test_check_exercises_says_what_is_wrong_with_it(exercise):
    out, err = StringIO(), StringIO()

    with pytest.raises((SystemExit, CommandError)):
        call_command("check_exercises", "broken", stdout=out, stderr=err)

    assert "wrong  cases  Line " in out.getvalue()
    assert "1 of 1 exercise cannot be published." in err.getvalue()
