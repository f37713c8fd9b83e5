import pytest
from django.test import Client
from django.urls import reverse

from exercises.models import Exercise, Owner, Run, Submission, Trial
from exercises.owners import GUEST
from exercises.tests.builders import STARTER, make_exercise, make_listing, make_trial, make_user
from exercises.throttling import SubmissionThrottle

pytestmark = pytest.mark.django_db
Status = Run.Status
RUNS = "/api/v1/runs/"
LISTING = {"course": "web", "lesson": "listings", "listing": "shop"}
EXERCISE = {"exercise": "health-flask"}
SOURCE = "from flask import Flask\n\napp = Flask(__name__)\n"
REQUIRED = ["This field is required."]
EITHER = ["Give an exercise, or a course, a lesson and a listing."]


def invalid(**fields):
    detail = "The request cannot be accepted."
    return {"code": "invalid", "detail": detail, "fields": fields}


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (LISTING, 202, {"lesson": "listings", "listing": "shop", "course": "web", "exercise": None,
                        "exercise_version": None, "kind": "http", "framework": "flask", "status": "queued"}),
        (LISTING | {"files": {"main.py": "x = 1"}, "request": {"path": "/x"}}, 202,
         {"request": {"method": "GET", "path": "/x", "headers": {}, "body": ""}}),
        (EXERCISE, 202, {"exercise": "health-flask", "exercise_version": 1, "course": None, "lesson": None,
                         "listing": None, "verdict": None, "message": "", "response": None, "exit_code": None,
                         "progress": {"position": 0}}),
        (EXERCISE | {"files": STARTER}, 202, {"stdout": "", "stderr": "", "traceback": "", "truncated": False}),
        ({}, 400, invalid(exercise=EITHER)),
        (EXERCISE | LISTING, 400, invalid(exercise=EITHER)),
        ({"lesson": "listings"}, 400, invalid(course=REQUIRED, listing=REQUIRED)),
        ({"exercise": "not a slug"}, 400, invalid(exercise=[
            'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'])),
        ([], 400, invalid(non_field_errors=["Invalid data. Expected a dictionary, but got list."])),
        (EXERCISE | {"files": []}, 400, invalid(files=['Expected a dictionary of items but got type "list".'])),
        (EXERCISE | {"files": {"a.py": ""}}, 400, {"code": "invalid", "detail": "The files cannot be accepted.",
            "fields": {"files": ["main.py is missing.", "'a.py' does not belong to this exercise."]}}),
        (LISTING | {"files": {"main.py": 70000 * "x"}}, 400, {"code": "invalid",
            "detail": "The files cannot be accepted.", "fields": {"files": ["main.py is larger than 64 KiB."]}}),
        (LISTING | {"request": {"method": "X", "path": "y"}}, 400, invalid(**{
            "request.method": ["The method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS."],
            "request.path": ["The path must start with / and have at most 2000 characters."]})),
        (LISTING | {"request": 3}, 400, invalid(request=["The request must be an object."])),
        ({"exercise": "nothing"}, 404, {"code": "not_found", "detail": "Not found."}),
        ({"exercise": "draft"}, 404, {"code": "not_found", "detail": "Not found."}),
        (LISTING | {"listing": "nothing"}, 404, {"code": "not_found", "detail": "Not found."}),
        (LISTING | {"lesson": "flask"}, 404, {"code": "not_found", "detail": "Not found."}),
        ({"exercise": "questions"}, 409, {"code": "not_runnable",
            "detail": "This exercise is answered: it has no program that could be run."}),
    ],
)  # fmt: skip
def test_a_run_is_accepted_or_refused(client, body, status, answer):
    make_listing()
    make_exercise()
    make_exercise("draft", is_published=False)
    make_exercise("questions", kind="choice")

    response = client.post(RUNS, body, content_type="application/json")

    found = response.json()
    assert (response.status_code, {name: found[name] for name in answer}) == (status, answer)
    assert (Trial.objects.count(), Run.objects.count()) == ((1, 1) if status == 202 else (0, 0))
    # What is refused leaves no session behind.
    assert ("sessionid" in client.cookies) == (status == 202)
    if status == 202:
        trial = Trial.objects.get()
        assert response["Location"] == f"http://testserver{RUNS}{trial.uuid}/"
        given = body.get("files", STARTER if "exercise" in body else {"main.py": SOURCE})
        assert (trial.files, str(trial.guest)) == (given, client.session[GUEST])
    assert Submission.objects.count() == 0


def test_a_run_has_all_that_came_of_it(client):
    trial = make_trial(Status.DONE)
    answer = {"status": 200, "headers": [["Allow", "GET"]], "more_headers": 0, "body": "<b>", "media_type": "text/html",
              "is_text": True, "size": 3, "truncated": False, "ms": 4.0}  # fmt: skip
    Run.objects.update(answer=answer, stdout="out", stderr="err", details={"traceback": "Traceback …"}, wall_ms=140)

    found = client.get(f"{RUNS}{trial.uuid}/").json()

    assert found["response"] == {
        "status": 200, "headers": [["Allow", "GET"]], "body": "<b>", "size": 3, "truncated": False,
    }  # fmt: skip
    assert (found["status"], found["verdict"], found["message"]) == ("done", "ran", "Finished.")
    assert (found["stdout"], found["stderr"], found["traceback"]) == ("out", "err", "Traceback …")
    assert found["usage"]["wall_ms"] == 140


def test_reading_a_run_needs_the_same_queries_for_all(client, django_assert_num_queries):
    trial = make_trial(Status.DONE)

    with django_assert_num_queries(1):
        client.get(f"{RUNS}{trial.uuid}/")


@pytest.mark.parametrize(
    ("reader", "of_guest", "of_account"),
    [("visitor", 200, 404), ("ana", 200, 200), ("ben", 200, 404), ("staff", 200, 200)],
)
@pytest.mark.parametrize("address", ["api:run", "api:run-events", "exercises:trial", "exercises:trial-panel"])
def test_who_may_read_a_run(client, reader, of_guest, of_account, address):
    ana = make_user("ana")
    users = {"ana": ana, "ben": make_user("ben"), "staff": make_user("staff", is_staff=True, is_superuser=True)}
    mine, guests = make_trial(Status.DONE, owner=Owner(user_id=ana.pk)), make_trial(Status.DONE)
    if reader in users:
        client.force_login(users[reader])

    statuses = [client.get(reverse(address, args=[trial.uuid])).status_code for trial in (guests, mine)]

    assert statuses == [of_guest, of_account]


@pytest.mark.parametrize(
    ("is_mine", "status", "answer", "after"),
    [
        (True, Status.QUEUED, 200, Status.CANCELLED),
        (True, Status.RUNNING, 200, Status.CANCELLED),
        (True, Status.DONE, 409, Status.DONE),
        (False, Status.QUEUED, 403, Status.QUEUED),
    ],
)
def test_a_run_is_stopped_by_its_owner(client, is_mine, status, answer, after):
    ana = make_user("ana")
    trial = make_trial(status, **({"owner": Owner(user_id=ana.pk)} if is_mine else {}))
    client.force_login(ana)

    response = client.post(f"{RUNS}{trial.uuid}/cancel/")

    trial.run.refresh_from_db()
    assert (response.status_code, trial.run.status) == (answer, after)


def test_runs_and_submissions_share_one_rate(monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "2/min", raising=False)
    make_exercise()
    client = Client()
    submit = reverse("api:submit", args=["health-flask"])

    statuses = [
        client.post(path, body, content_type="application/json").status_code
        for path, body in ((RUNS, EXERCISE), (submit, {"files": STARTER}), (RUNS, EXERCISE))
    ]

    assert statuses == [202, 202, 429]


def test_too_many_pending_answers_429(client, settings):
    settings.MAX_PENDING = 1
    make_exercise()
    client.post(RUNS, EXERCISE, content_type="application/json")

    response = client.post(RUNS, EXERCISE, content_type="application/json")

    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (429, "too_many_pending", "2")


def test_the_limits_of_an_exercise_hold_for_its_runs(client):
    make_exercise(limits={"wall_seconds": 3})

    client.post(RUNS, EXERCISE, content_type="application/json")

    assert Trial.objects.get().limits == Exercise.objects.get().published.limits == {"wall_seconds": 3}
