import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from exercises.models import Owner, Run, Trial
from exercises.tests.builders import STARTER, make_exercise, make_lesson, make_listing, make_trial, make_user
from exercises.throttling import SubmissionThrottle

pytestmark = pytest.mark.django_db
Status, Verdict = Run.Status, Run.Verdict
LISTING = "/courses/web/listings/run/shop/"
EXERCISE = "/exercises/health-flask/run/"
FORM = {"file:main.py": "x = 1\r\n", "request:method": "POST", "request:path": "/items", "request:body": "a=1"}
HTML = {"status": 200, "headers": [["Content-Type", "text/html"]], "more_headers": 0, "body": "<h1>Hi</h1>",
        "media_type": "text/html", "is_text": True, "size": 11, "truncated": False, "ms": 4.0}  # fmt: skip


CHART = [{"type": "line_chart", "text": "Sales of <b>", "value": "1, 3", "options": [], "numbers": [1, 3],
          "shape": "line", "rows": 2}]  # fmt: skip


def ended(answer=None, verdict=Verdict.RAN, kind=Trial.Kind.HTTP, request=None, **columns):
    changed = {"request": request} if request is not None else {}
    trial = make_trial(Status.DONE, kind=kind, **changed)
    Run.objects.filter(trial=trial).update(answer=answer, verdict=verdict, wall_ms=140, **columns)
    return trial


@pytest.mark.parametrize("address", [LISTING, EXERCISE])
def test_the_form_has_the_code_and_what_to_ask(client, address):
    make_listing()
    make_exercise()

    page = client.get(address).content.decode()

    assert f'action="{address}"' in page
    assert 'name="file:main.py"' in page
    assert 'name="request:path"' in page
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize(
    ("form", "status", "problem"),
    [
        (FORM, 303, ""),
        (FORM | {"request:path": "items"}, 422, "The path must start with /"),
        (FORM | {"request:method": "BREW"}, 422, "The method must be one of"),
        (FORM | {"file:main.py": 70000 * "x"}, 422, "main.py is larger than 64 KiB."),
        ({}, 303, ""),
    ],
)
@pytest.mark.parametrize("address", [LISTING, EXERCISE])
def test_a_post_runs_the_code_or_says_what_is_wrong(client, address, form, status, problem):
    make_listing()
    make_exercise()

    response = client.post(address, form)

    assert response.status_code == status
    if status == 303:
        trial = Trial.objects.get()
        assert response["Location"] == trial.get_absolute_url()
        assert ("x = 1\n" in trial.files.values()) == bool(form)
    else:
        assert problem in response.content.decode()
        assert (Trial.objects.exists(), "sessionid" in client.cookies) == (False, False)


def test_the_headers_of_a_request_can_be_changed_and_come_back(client):
    make_listing()

    refused = client.post(LISTING, FORM | {"request:headers": "Accept"})
    accepted = client.post(LISTING, FORM | {"request:headers": "Accept: a/b\r\nX: <i>"})

    assert "Write each header on a line of its own" in refused.content.decode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert Trial.objects.get().request["headers"] == {"Accept": "a/b", "X": "<i>"} | form
    assert "Accept: a/b\nX: &lt;i&gt;</textarea>" in client.get(accepted["Location"]).content.decode()


def test_a_body_that_is_left_over_is_not_sent_with_a_get(client):
    make_listing()

    client.post(LISTING, FORM | {"request:method": "GET"})

    assert Trial.objects.get().request == {"method": "GET", "path": "/items", "headers": {}, "body": ""}


def test_too_much_at_once_is_refused_with_the_code_kept(client, settings):
    settings.MAX_PENDING = 1
    make_listing()
    client.post(LISTING, FORM)

    response = client.post(LISTING, FORM)

    assert (response.status_code, response["Retry-After"]) == (429, "2")
    assert "x = 1" in response.content.decode()


def test_the_rate_is_kept_with_the_code_and_says_how_long_to_wait(client, monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)
    make_listing()
    client.post(LISTING, FORM)

    response = client.post(LISTING, FORM)

    seconds = int(response["Retry-After"])
    assert (response.status_code, Trial.objects.count()) == (429, 1)
    told = f"That was a lot at once. Try again in {seconds} s."
    assert f'<p data-wait="{seconds}">{told}</p>' in response.content.decode()
    assert "x = 1" in response.content.decode()


def test_only_the_line_that_says_so_counts_down(client, monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)
    make_listing()
    client.post(LISTING, FORM)

    page = client.post(LISTING, FORM | {"request:path": "no slash"}).content.decode()

    assert "<p>The path must start with /" in page
    assert page.count("data-wait=") == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/courses/web/listings/run/nothing/", 404),
        ("/courses/web/flask/run/shop/", 404),
        ("/courses/web/listings/run/shop/form", 200),
        ("/exercises/nothing/run/", 404),
        ("/exercises/questions/run/", 404),
    ],
)
def test_pages_of_what_cannot_be_run_are_not_found(client, path, status):
    make_listing()
    make_lesson()
    make_exercise("questions", kind="choice")

    assert client.get(path).status_code == status


@pytest.mark.parametrize(
    ("trial", "texts"),
    [
        (lambda: ended(HTML | {"body": '{"a": 1}', "media_type": "application/json"}),
         ["Finished", "GET /", "0.14 s", "HTTP/1.1 200 OK", "1 header", "{&quot;a&quot;: 1}"]),
        (lambda: ended(HTML | {"body": "", "is_text": False, "media_type": "image/png", "status": 799}),
         ["HTTP/1.1 799", "11 bytes of image/png, which is no text."]),
        (lambda: ended(HTML | {"truncated": True, "media_type": ""}), ["Cut after 11 characters."]),
        (lambda: ended(HTML | {"body": "", "media_type": ""}), ["The answer has no body."]),
        (lambda: ended(HTML | {"body": "[1]"}, kind="function", request={"call": "f(1)"}), ["Returned", "f(1)", "[1]"]),
        (lambda: ended(HTML | {"body": "title: Hi"}, kind="streamlit", request={}), ["On the page", "title: Hi"]),
        (lambda: ended(HTML | {"body": "chart", "outline": CHART}, kind="streamlit", request={}),
         ["On the page", "line_chart", "Sales of <b>", "1, 3", 'points="4.0,60.0 236.0,4.0"', "2 rows"]),
        (lambda: ended(kind="script", request={"arguments": ["3"], "input": ""}, details={"exit_code": 2}, stdout="hi"),
         ["Finished with exit code 2", "python main.py 3", "Output", "hi"]),
        (lambda: ended(verdict=Verdict.FAILED, reason="exception",
                       details={"exception": "KeyError", "message": "99", "file": "main.py", "line": 9,
                                "traceback": "Traceback of main.py"}),
         ["Your code stopped with an error", "KeyError: 99", "Look at line 9 of main.py.", "Traceback of main.py"]),
        (lambda: ended(verdict=Verdict.FAILED, reason="no_answer", details={"error": "closed"}),
         ["There was no proper answer"]),
        (lambda: ended(verdict=Verdict.FAILED, reason="no_function"), ["There is no such function"]),
        (lambda: ended(verdict=Verdict.FAILED, reason="unfit_value", details={"type": "set"}), ["returned a set"]),
        (lambda: ended(verdict=Verdict.FAILED, reason="blocked"), ["Not allowed in this sandbox"]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="syntax_error"), ["Python could not read your code"]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="import_error",
                       details={"exception": "ModuleNotFoundError", "message": "No module named 'flsk'",
                                "file": "main.py", "line": 1, "installed": ["flask", "dash"]}),
         ["imports something that is not there", "Look at line 1 of main.py.", "Did you mean flask?",
          "There are: flask, dash, what these need, and Python's own modules."]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="no_app"), ["There is nothing to talk to", "named app, and"]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="no_app", details={"message": "server"}),
         ["There is server: if that is the application, call it app."]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="no_app", kind="function", request={"call": "f()"}),
         ["There is nothing to talk to", "did not answer us at all"]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="exited", details={"exit_code": 3}), ["It ended with code 3."]),
        (lambda: ended(verdict=Verdict.CRASHED, reason="exception"), ["before it was ready"]),
        (lambda: ended(verdict=Verdict.TIMED_OUT, details={"limit": 5, "limit_kind": "cpu"}),
         ["Stopped after 5 s of processor time", "That is the time limit."]),
        (lambda: ended(verdict=Verdict.TIMED_OUT, details={"limit": 10, "limit_kind": "answer"}),
         ["Stopped after 10 s without an answer"]),
        (lambda: ended(verdict=Verdict.TIMED_OUT, details={"limit": 20, "limit_kind": "wall"}), ["Stopped after 20 s"]),
        (lambda: ended(verdict=Verdict.MEMORY_EXCEEDED, details={"limit": 2**28}), ["Stopped: more than 256 MB"]),
        (lambda: ended(verdict=Verdict.OUTPUT_EXCEEDED, details={"limit": 2**16}, truncated=True),
         ["Output cut after 64 kB", "The output was cut."]),
        (lambda: make_trial(), ["Queued"]),
        (lambda: make_trial(Status.RUNNING), ["Running"]),
        (lambda: make_trial(Status.CANCELLED), ["You stopped this run"]),
        (lambda: make_trial(Status.BROKEN), ["We could not run your code. This is our fault."]),
    ],
)  # fmt: skip
def test_a_result_says_what_came_of_it(client, trial, texts):
    found = trial()

    page = client.get(found.get_absolute_url())
    panel = client.get(reverse("exercises:trial-panel", args=[found.uuid]))

    assert (page.status_code, panel.status_code) == (200, 200)
    for text in texts:
        for body in (panel.content.decode(), page.content.decode()):
            assert text in body or text in unescape(re.sub(r"<[^>]*>", "", body))


def test_a_panel_that_has_not_changed_is_not_sent_again(client):
    trial = make_trial()
    address = reverse("exercises:trial-panel", args=[trial.uuid])
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    Run.objects.filter(trial=trial).update(status=Status.CANCELLED, finished_at=trial.created_at)
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (first["Retry-After"], again.status_code, changed.status_code) == ("1", 304, 200)


def test_a_page_reloads_itself_without_scripts_until_it_is_final(client):
    pages = [client.get(make_trial(status).get_absolute_url()).content.decode() for status in ("queued", "done")]

    assert ['http-equiv="refresh"' in page for page in pages] == [True, False]


def test_hostile_texts_are_escaped(client):
    evil = "<script>alert(1)</script>"
    answer = HTML | {"body": evil, "media_type": "text/plain", "headers": [["X", evil]]}
    trial = ended(answer, stdout=evil, stderr=evil, details={"traceback": evil})

    page = client.get(trial.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 5


@pytest.mark.parametrize(
    ("answer", "destination", "status"),
    [
        (HTML, "iframe", 200),
        (HTML, None, 200),  # browsers say it on secure connections only
        (HTML, "document", 403),
        (HTML, "script", 403),
        (HTML | {"media_type": "application/json"}, "iframe", 404),
        (None, "iframe", 404),
    ],
)
def test_an_answer_is_shown_in_a_frame_that_has_no_power(client, answer, destination, status):
    trial = ended(answer)

    headers = {"Sec-Fetch-Dest": destination} if destination else {}
    response = client.get(reverse("exercises:trial-answer", args=[trial.uuid]), headers=headers)

    assert response.status_code == status
    if status == 200:
        policy = dict.fromkeys(part.strip() for part in response["Content-Security-Policy"].split(";"))
        assert policy.keys() == {
            "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "frame-ancestors 'self'", "sandbox",
        }  # fmt: skip
        assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
        assert response.content.decode() == "<h1>Hi</h1>"


def test_the_frame_of_an_account_is_for_the_account_only(client):
    trial = make_trial(Status.DONE, owner=Owner(user_id=make_user().pk))

    assert client.get(reverse("exercises:trial-answer", args=[trial.uuid])).status_code == 404


@pytest.mark.parametrize(
    ("is_mine", "status", "answer", "after"),
    [
        (True, Status.RUNNING, 303, Status.CANCELLED),
        (True, Status.DONE, 303, Status.DONE),
        (False, Status.RUNNING, 403, Status.RUNNING),
    ],
)
def test_stop_ends_the_run_of_its_owner(client, is_mine, status, answer, after):
    ana = make_user("ana")
    trial = make_trial(status, **({"owner": Owner(user_id=ana.pk)} if is_mine else {}))
    client.force_login(ana)

    response = client.post(reverse("exercises:trial-cancel", args=[trial.uuid]))

    trial.run.refresh_from_db()
    assert (response.status_code, trial.run.status) == (answer, after)


def test_a_form_from_another_site_is_refused():
    make_listing()

    response = Client(enforce_csrf_checks=True).post(LISTING, FORM)

    assert (response.status_code, Trial.objects.exists()) == (403, False)


def test_the_exercise_page_offers_what_its_first_case_asks(client):
    make_exercise(starter=STARTER)

    page = client.get("/exercises/health-flask/").content.decode()

    assert f'formaction="{EXERCISE}"' in page
    assert re.search(r'name="request:path"\s+value="/"', page)
