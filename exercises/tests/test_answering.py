"""Answers by service and by API: stored with their result at once."""

import re
from contextlib import nullcontext
from copy import deepcopy
from unittest.mock import Mock

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from exercises import progress
from exercises.answering import answer, assess
from exercises.answers import ANSWERED
from exercises.errors import InvalidAnswers, NotPassed, NotPublished
from exercises.models import LessonDone, Run, SelfAssessment, Submission
from exercises.owners import adopt_guest
from exercises.progress import passed_exercises, tried_exercises
from exercises.tests.answer_content import RIGHT, make_answered
from exercises.tests.builders import STARTER, guest, make_exercise, make_lesson, make_user
from exercises.throttling import SubmissionThrottle

pytestmark = pytest.mark.django_db
WRONG = {
    "choice": {"first": "stars", "sync": ["flask", "django"]},
    "decision": RIGHT["decision"] | {"pick": "FastAPI"},
    "scenario": {"entries": [RIGHT["scenario"]["entries"][0]] * 3},
}
REASONS = {"choice": "wrong_answers", "decision": "incomplete", "scenario": "incomplete"}


def hand_in(client, kind, answers=None, **body):
    body = body or {"answers": RIGHT[kind] if answers is None else answers}
    return client.post(f"/api/v1/exercises/{kind}/submissions/", body, content_type="application/json")


@pytest.mark.parametrize("kind", RIGHT)
def test_answers_are_stored_with_their_result_and_nothing_is_queued(kind, django_capture_on_commit_callbacks):
    owner, exercise = guest(), make_answered(kind)

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        submission = answer(owner=owner, exercise=exercise, answers=RIGHT[kind])

    run = Submission.objects.get(pk=submission.pk).current_run
    assert (submission.owner, submission.answers, submission.files) == (owner, RIGHT[kind], {})
    assert (run.status, run.verdict, run.reason, run.score, run.level) == ("done", "passed", "", 1.0, "")
    assert len(run.tests) == len(exercise.published.cases)
    assert callbacks == []
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.llen("grading") == 0


@pytest.mark.django_db(transaction=True)
def test_answers_are_read_and_judged_before_the_database_is_locked(monkeypatch):
    exercise, kind, locked = make_answered("choice"), ANSWERED["choice"], []

    def noting(name):
        method = getattr(kind, name)

        def note(*given):
            locked.append((name, connection.in_atomic_block))
            return method(*given)

        monkeypatch.setattr(kind, name, note)

    noting("read")
    noting("judge")
    answer(owner=guest(), exercise=exercise, answers=RIGHT["choice"])

    assert locked == [("read", False), ("judge", False)]


@pytest.mark.django_db(transaction=True)
def test_answers_whose_result_cannot_be_stored_are_not_stored(monkeypatch):
    monkeypatch.setattr(progress, "note_pass", Mock(side_effect=RuntimeError))
    exercise = make_answered("choice")

    with pytest.raises(RuntimeError):
        answer(owner=guest(), exercise=exercise, answers=RIGHT["choice"])

    assert (Submission.objects.count(), Run.objects.count()) == (0, 0)


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_answers_fail_with_a_reason_and_the_share_that_is_right(kind):
    exercise = make_answered(kind)

    run = answer(owner=guest(), exercise=exercise, answers=WRONG[kind]).current_run

    passed = [test["status"] for test in run.tests].count("passed")
    assert (run.verdict, run.reason, run.score) == ("failed", REASONS[kind], round(passed / len(run.tests), 4))
    assert 0 < run.score < 1


def test_what_cannot_be_judged_stores_nothing():
    exercise = make_answered("choice")

    with pytest.raises(InvalidAnswers):
        answer(owner=guest(), exercise=exercise, answers={})

    assert (Submission.objects.count(), Run.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("files", "answers", "is_kept"), [({}, {}, True), (STARTER, None, True), (STARTER, RIGHT["choice"], False)]
)
def test_an_attempt_has_files_or_answers_and_never_both(files, answers, is_kept):
    version = make_answered("choice").published

    with nullcontext() if is_kept else pytest.raises(IntegrityError, match="submission_files_or_answers"):
        Submission.objects.create(**guest().columns, exercise_version=version, files=files, answers=answers)


def test_answers_need_a_published_version():
    with pytest.raises(NotPublished):
        answer(owner=guest(), exercise=make_answered("choice", is_published=False), answers=RIGHT["choice"])


def test_a_passed_answer_counts_as_progress_like_any_other_exercise():
    lesson, owner = make_lesson("first"), guest()
    exercises = [make_answered(kind, lesson=lesson) for kind in RIGHT]

    answer(owner=owner, exercise=exercises[0], answers=WRONG["choice"])
    assert (set(passed_exercises(owner)), tried_exercises(owner)) == (set(), {exercises[0].pk})

    for number, exercise in enumerate(exercises):
        assert LessonDone.objects.count() == 0, number
        answer(owner=owner, exercise=exercise, answers=RIGHT[exercise.slug])

    assert set(passed_exercises(owner)) == {exercise.pk for exercise in exercises}
    assert LessonDone.objects.owned_by(owner).get().lesson == lesson


def test_answers_of_a_guest_who_has_logged_in_meanwhile_are_the_accounts():
    owner, user = guest(), make_user()
    adopt_guest(user=user, guest=owner.guest)

    submission = answer(owner=owner, exercise=make_answered("choice"), answers=RIGHT["choice"])

    assert submission.owner.user_id == user.pk


def test_an_assessment_keeps_the_items_of_the_rubric_that_were_ticked():
    submission = answer(owner=guest(), exercise=make_answered("scenario"), answers=RIGHT["scenario"])

    assess(submission=submission, ticked=["against", "workload", "none"])
    first = submission.self_assessment.ticked
    assess(submission=submission, ticked=["against"])

    submission = Submission.objects.get(pk=submission.pk)
    assert (first, submission.self_assessment.ticked) == (["workload", "against"], ["against"])


def test_an_attempt_that_is_not_complete_is_not_assessed():
    submission = answer(owner=guest(), exercise=make_answered("scenario"), answers=WRONG["scenario"])

    with pytest.raises(NotPassed) as refused:
        assess(submission=submission, ticked=["workload"])

    assert (refused.value.code, refused.value.status) == ("not_passed", 409)
    assert SelfAssessment.objects.count() == 0


# API


@pytest.mark.parametrize("kind", RIGHT)
def test_api_accepts_answers_with_the_result_and_the_location(client, kind):
    make_answered(kind)

    response = hand_in(client, kind)

    body = response.json()
    assert response.status_code == 202
    assert client.get(response["Location"]).json() == body
    assert (body["status"], body["verdict"], body["reason"], body["score"]) == ("done", "passed", "", 1.0)
    assert {(test["status"], test["message"], test["request"]) for test in body["tests"]} == {("passed", "", None)}
    assert body["progress"] == {"position": 0, "test": len(body["tests"]), "of": len(body["tests"])}
    assert (body["stdout"], body["usage"]["wall_ms"], body["timing"]["queued_ms"]) == ("", None, 0)


def test_api_says_in_words_what_is_wrong(client):
    make_answered("choice")

    body = hand_in(client, "choice", WRONG["choice"]).json()

    assert (body["verdict"], body["reason"], body["score"]) == ("failed", "wrong_answers", 0.5)
    assert body["message"] == "1 of 2 answers right. Read what each option says, then answer again."
    assert body["tests"][0] == {
        "name": "What do you look at first?",
        "status": "failed",
        "message": "You picked “Stars on a website”, which is wrong. The right answer is “What the project needs”. "
        "Popularity says nothing about your project.",
        "duration_ms": None,
        "request": None,
        "response": None,
        "expected": "What the project needs",
        "actual": "Stars on a website",
    }


@pytest.mark.parametrize(
    ("kind", "body", "fields"),
    [
        ("choice", {"answers": {}}, {
            "answers.first": ["Choose an answer."], "answers.sync": ["Choose at least one answer."],
        }),
        ("choice", {"answers": None}, {"answers": ["This must be an object."]}),
        ("choice", {"files": STARTER}, {"files": ["This exercise takes answers."]}),
        ("choice", {"files": STARTER, "answers": RIGHT["choice"]}, {"files": ["This exercise takes answers."]}),
        ("choice", {}, {"answers": ["This field is required."]}),
        ("decision", {"answers": RIGHT["decision"] | {"pick": "x\0"}}, {
            "answers.pick": ["This holds a NUL character."],
        }),
        ("scenario", {"answers": {"entries": [1, 2, 3]}}, {
            f"answers.entries.{index}": ["This must be an object."] for index in range(3)
        }),
        ("health-flask", {"answers": {}}, {"answers": ["This exercise takes files."]}),
        ("health-flask", {}, {"files": ["This field is required."]}),
    ],
)  # fmt: skip
def test_api_refuses_what_it_cannot_judge_and_makes_nobody_a_guest(client, kind, body, fields):
    make_exercise() if kind == "health-flask" else make_answered(kind)

    response = client.post(f"/api/v1/exercises/{kind}/submissions/", body, content_type="application/json")

    assert response.status_code == 400
    assert (response.json()["code"], response.json()["fields"]) == ("invalid", fields)
    assert (Submission.objects.count(), "sessionid" in client.cookies) == (0, False)


def test_api_refuses_hostile_json_with_400(client):
    make_answered("choice")
    address = "/api/v1/exercises/choice/submissions/"

    bodies = ['{"answers": ' + "[" * 100_000, '{"answers": {"first": "\\ud800"}}', '{"answers": {"\\ud800": 1}}', "[]"]
    statuses = [client.post(address, body, content_type="application/json").status_code for body in bodies]

    assert statuses == [400] * 4


def test_answers_count_against_the_rate(client, monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)
    make_answered("choice")

    assert [hand_in(client, "choice").status_code for _ in range(2)] == [202, 429]


@pytest.mark.parametrize("kind", RIGHT)
def test_api_tells_what_is_asked_and_never_what_is_right(client, kind):
    make_answered(kind, solution_markdown="The model.\n")

    response = client.get(f"/api/v1/exercises/{kind}/")

    asked = {name: value for name, value in response.json().items() if name in ("questions", "decision", "scenario")}
    text = response.content.decode()
    assert [name for name, value in asked.items() if value is not None] == [
        {"choice": "questions"}.get(kind, kind),
    ]
    assert (response.json()["kind"], response.json()["framework"], response.json()["files"]) == (kind, "", {})
    for secret in ("correct", "why", "Popularity", "model", "built in", "learning curve", "workload", "admin"):
        assert secret not in text, secret
    if kind == "choice":
        assert asked["questions"][0] == {
            "name": "first",
            "text_html": "<p>What do you look at <em>first</em>?</p>",
            "multiple": False,
            "options": [
                {"name": "stars", "text_html": "<p>Stars on a website</p>"},
                {"name": "needs", "text_html": "<p>What the project <code>needs</code></p>"},
            ],
        }


def test_api_tells_nothing_to_answer_of_an_exercise_with_files(client):
    make_exercise()

    body = client.get("/api/v1/exercises/health-flask/").json()

    assert (body["questions"], body["decision"], body["scenario"]) == (None, None, None)


@pytest.mark.django_db(transaction=True)
async def test_stream_of_answers_ends_after_its_only_event():
    await sync_to_async(make_answered)("choice")
    client = Client()
    body = (await sync_to_async(hand_in)(client, "choice")).json()

    response = await sync_to_async(client.get)(reverse("api:submission-events", args=[body["id"]]))
    chunks = [chunk async for chunk in response.streaming_content]

    assert len(chunks) == 1
    assert b'"verdict":"passed"' in chunks[0]


def test_answers_are_a_guests_or_an_accounts_like_files(client):
    make_answered("choice")
    account = Client()
    account.force_login(make_user())

    addresses = [hand_in(sender, "choice")["Location"] for sender in (client, account)]

    assert [Client().get(address).status_code for address in addresses] == [200, 404]
    assert [account.get(address).status_code for address in addresses] == [200, 200]


def test_answers_that_were_judged_do_not_change(client):
    """Reading makes new values: what a caller does with its own later changes no attempt."""
    answers = deepcopy(RIGHT["decision"])
    submission = answer(owner=guest(), exercise=make_answered("decision"), answers=answers)

    answers["criteria"].clear()

    assert len(submission.answers["criteria"]) == 2


def test_the_example_of_the_documentation_is_accepted(client):
    cases = settings.BASE_DIR / "courses/content/python-web-frameworks/exercises/check-criteria/cases.toml"
    make_answered("choice", cases_toml=cases.read_text())
    (example,) = re.findall(r"-d '(\{\"answers\".*?)'", (settings.BASE_DIR / "docs/api.md").read_text(), re.DOTALL)

    response = client.post("/api/v1/exercises/choice/submissions/", example, content_type="application/json")

    body = response.json()
    assert (response.status_code, body["reason"], body["score"]) == (202, "wrong_answers", 0.83)
    assert body["tests"][1]["actual"] == "How long the first hello world takes"
