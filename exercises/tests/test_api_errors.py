"""Every error of the API is {"code", "detail"}, with "fields" for a 400."""

import json

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from exercises.errors import NotYours
from exercises.models import Run
from exercises.tests.builders import make_exercise, make_run, make_user
from exercises.throttling import SubmissionThrottle

pytestmark = pytest.mark.django_db
SUBMIT = "/api/v1/exercises/health-flask/submissions/"


def post(client, body, content_type="application/json"):
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(SUBMIT, text, content_type=content_type)


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ({"files": {"main.py": ""}}, 202, None),
        ('{"files": {"main.py": "\\ud83d\\ude00"}}', 202, None),  # a whole surrogate pair
        (
            {},
            400,
            {
                "code": "invalid",
                "detail": "The request cannot be accepted.",
                "fields": {"files": ["This field is required."]},
            },
        ),
        (
            [],
            400,
            {
                "code": "invalid",
                "detail": "The request cannot be accepted.",
                "fields": {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]},
            },
        ),
        (
            {"files": ["main.py"]},
            400,
            {
                "code": "invalid",
                "detail": "The request cannot be accepted.",
                "fields": {"files": ['Expected a dictionary of items but got type "list".']},
            },
        ),
        ({"files": {}}, 400, ["main.py is missing."]),
        ({"files": {"main.py": 5}}, 400, ["main.py must be a text."]),
        ({"files": {"main.py": None}}, 400, ["main.py must be a text."]),
        ({"files": {"main.py": {"a": "b"}}}, 400, ["main.py must be a text."]),
        ({"files": {"main.py": "", "more.py": ""}}, 400, ["'more.py' does not belong to this exercise."]),
        ({"files": {"main.py": "x" * 65537}}, 400, ["main.py is larger than 64 KiB."]),
        ({"files": {"main.py": "a\0"}}, 400, ["main.py holds a NUL character."]),
        ('{"files": {"main.py": "\\ud83d"}}', 400, ["main.py holds half of a surrogate pair, which is not text."]),
        ('{"files": {"main.py": NaN}}', 400, {"code": "parse_error"}),
        ("{", 400, {"code": "parse_error"}),
        (b'{"files": {"main.py": "\xff"}}', 400, {"code": "parse_error"}),
        ("[" * 100_000, 400, {"code": "parse_error"}),
        ('{"files": {"main.py": ' + "9" * 5000 + "}}", 400, {"code": "parse_error"}),
        (" " * (2 * 1024 * 1024 + 1), 413, {"code": "too_large", "detail": "The request is too large."}),
    ],
)  # fmt: skip
def test_submit_answers_what_it_cannot_accept(body, status, answer):
    make_exercise()
    client = Client()

    response = post(client, body)

    assert response.status_code == status, response.content
    if isinstance(answer, list):
        answer = {"code": "invalid", "detail": "The files cannot be accepted.", "fields": {"files": answer}}
    if answer == {"code": "parse_error"}:
        (sentence,) = response.json()["fields"].pop("non_field_errors")
        assert sentence.startswith("JSON parse error")
        assert response.json() == answer | {"detail": "The body of the request cannot be read.", "fields": {}}
    elif answer:
        assert response.json() == answer
    # What is refused leaves no session behind.
    assert (django_settings.SESSION_COOKIE_NAME in client.cookies) == (status == 202)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/courses/none/", 404, "not_found"),
        ("get", "/api/v1/nothing/here/", 404, "not_found"),
        ("post", "/api/v1/nothing/here/", 404, "not_found"),
        ("get", "/api/v1/submissions/00000000-0000-4000-8000-000000000000/", 404, "not_found"),
        ("get", "/api/v1/submissions/00000000-0000-4000-8000-000000000000/events/", 404, "not_found"),
        ("get", "/api/v1/submissions/not-a-uuid/", 404, "not_found"),
        ("post", "/api/v1/exercises/none/submissions/", 404, "not_found"),
        ("get", SUBMIT, 405, "method_not_allowed"),
        ("delete", "/api/v1/courses/", 405, "method_not_allowed"),
        ("get", "/api/v1/courses/?page=999", 404, "not_found"),
    ],
)
def test_errors_have_one_shape(method, path, status, code):
    make_exercise()

    response = getattr(Client(), method)(path, content_type="application/json")

    assert response.status_code == status
    assert response.json() == {"code": code, "detail": response.json()["detail"]}
    assert response["Content-Type"] == "application/json"


def test_a_form_is_refused_with_415():
    make_exercise()

    response = Client().post(SUBMIT, {"file:main.py": "x"})

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json", "image/png"])
def test_errors_of_the_stream_are_json_whatever_is_accepted(accept):
    path = reverse("api:submission-events", args=["00000000-0000-4000-8000-000000000000"])

    response = Client().get(path, headers={"accept": accept})

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("has_token", "status"), [(True, 202), (False, 403)])
def test_an_account_needs_the_csrf_token(has_token, status):
    make_exercise()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    client.get("/accounts/login/")
    client.cookies["csrftoken"] = "a" * 32
    headers = {"x-csrftoken": "a" * 32} if has_token else {}

    response = client.post(SUBMIT, {"files": {"main.py": ""}}, content_type="application/json", headers=headers)

    assert response.status_code == status
    if status == 403:
        assert response.json()["code"] == "permission_denied"


def test_too_many_pending_answers_429_with_a_time(settings):
    settings.MAX_PENDING = 1
    make_exercise()
    client = Client()

    accepted, refused = (post(client, {"files": {"main.py": ""}}) for _ in range(2))

    assert accepted.status_code == 202
    assert (refused.status_code, refused["Retry-After"]) == (429, "2")
    assert refused.json() == {
        "code": "too_many_pending",
        "detail": "Wait for your earlier attempts to finish, then submit again.",
    }


def test_too_many_requests_of_one_address_answer_429_with_a_time(monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "2/min", raising=False)
    make_exercise()

    answers = [post(Client(), {"files": {"main.py": ""}}) for _ in range(3)]  # without cookies: three guests
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(
        SUBMIT, {"files": {"main.py": ""}}, content_type="application/json"
    )

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    seconds = answers[2]["Retry-After"]
    detail = f"That was a lot at once. Try again in {seconds} s."
    assert answers[2].json() == {"code": "throttled", "detail": detail}
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert elsewhere.status_code == 202


def test_cancel_by_somebody_else_is_refused():
    run = make_run()

    response = Client().post(reverse("api:submission-cancel", args=[run.submission.uuid]))

    run.refresh_from_db()
    assert response.status_code == 403
    assert response.json() == {"code": "not_yours", "detail": NotYours.message}
    assert run.status == Run.Status.QUEUED
