"""Programs that are only tried out, in the real sandbox: what they answer, how they fail, and what they try on us."""

import json

import pytest

import sandbox
from courses.hostile_text import UNFIT
from exercises.asking import read_request
from exercises.grading import grade
from exercises.models import Run, Trial
from exercises.observing import SHOWN_BODY, SHOWN_HEADER, SHOWN_HEADERS
from exercises.tests.builders import make_trial
from exercises.trial_results import result_of
from exercises.trying import cancel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("warm")]
Status, Verdict = Run.Status, Run.Verdict

ECHO = """
from flask import Flask, request
app = Flask(__name__)

@app.route("/<path:path>", methods=["GET", "POST"])
def echo(path):
    print("asked for", path)
    return {"path": path, "query": request.args, "body": request.get_json(silent=True), "form": request.form}
"""
RAISES = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
def root():
    return {}["missing"]
"""
FUNCTION = """
def double(number):
    print("doubling")
    return [number, number * 2]

def half(number):
    return number / 0

def pair():
    return {1, 2}

print("as a program")
"""
PROGRAM = """
import sys
print(sys.argv[1:], sys.stdin.read())
print("oops", file=sys.stderr)
"""
DASHBOARD = """
import streamlit as st
st.title("Sales")
st.selectbox("Region", ["North", "South"])
"""


def tried(source, request=None, *, kind="http", framework="flask", **limits):
    """The run of *source* after a worker had it."""
    trial = make_trial(
        kind=kind,
        framework=framework,
        files={"main.py": source},
        request=read_request(kind, request or {}),
        limits=limits,
    )
    grade(trial.run.pk)
    trial.run.refresh_from_db()
    return trial.run


@pytest.mark.parametrize(
    ("source", "request_", "status", "body"),
    [
        (ECHO, {"path": "/a b?q=ä"}, 200, {"path": "a b", "query": {"q": "ä"}, "body": None, "form": {}}),
        (ECHO, {"method": "POST", "path": "/x", "body": '{"a": [1]}'}, 200,
         {"path": "x", "query": {}, "body": {"a": [1]}, "form": {}}),
        (ECHO, {"method": "POST", "path": "/x", "body": "a=1"}, 200,
         {"path": "x", "query": {}, "body": None, "form": {"a": "1"}}),
    ],
)  # fmt: skip
def test_a_web_application_answers_what_is_asked(source, request_, status, body):
    run = tried(source, request_)

    assert (run.status, run.verdict, run.reason, run.tests) == (Status.DONE, Verdict.RAN, "", [])
    assert (run.answer["status"], json.loads(run.answer["body"])) == (status, body)
    assert ["Content-Type", "application/json"] in run.answer["headers"]
    assert "asked for" in run.stdout
    assert run.wall_ms is not None


@pytest.mark.parametrize(
    ("framework", "source", "request_", "body"),
    [
        ("", FUNCTION, {"call": "double(3)"}, "[3, 6]"),
        ("streamlit", DASHBOARD, {}, 'title: Sales\nselectbox: Region; "North"; [North, South]'),
    ],
)
def test_functions_and_pages_are_shown_in_words(framework, source, request_, body):
    run = tried(source, request_, kind="streamlit" if framework else "function", framework=framework)

    assert (run.verdict, run.answer["status"], run.answer["body"]) == (Verdict.RAN, None, body)


@pytest.mark.parametrize(
    ("kind", "source", "request_", "stdout", "stderr", "details"),
    [
        ("script", PROGRAM, {"arguments": ["a", "b c"], "input": "hello"}, "['a', 'b c'] hello\n", "oops\n", {}),
        ("script", "raise SystemExit(3)", {}, "", "", {"exit_code": 3}),
        ("script", "import sys; sys.exit('no')", {}, "", "no\n", {"exit_code": 1}),
        ("function", FUNCTION, {"call": ""}, "as a program\n", "", {}),
    ],
)
def test_programs_are_run_with_what_they_are_given(kind, source, request_, stdout, stderr, details):
    run = tried(source, request_, kind=kind, framework="")

    assert (run.verdict, run.answer, run.stdout, run.stderr) == (Verdict.RAN, None, stdout, stderr)
    assert run.details == details


@pytest.mark.parametrize(
    ("columns", "source", "request_", "verdict", "reason", "details"),
    [
        ({"framework": "fastapi"}, RAISES, {}, "failed", "exception",
         {"exception": "KeyError", "message": "'missing'", "file": "main.py", "line": 7}),
        ({"kind": "script"}, "def f():\n    1 / 0\nf()", {}, "failed", "exception",
         {"exception": "ZeroDivisionError", "line": 2, "exit_code": 1}),
        ({"kind": "function"}, FUNCTION, {"call": "half(1)"}, "failed", "exception",
         {"exception": "ZeroDivisionError", "file": "main.py"}),
        ({"kind": "function"}, FUNCTION, {"call": "pair()"}, "failed", "unfit_value", {"type": "set"}),
        ({"kind": "function"}, FUNCTION, {"call": "nothing()"}, "failed", "no_function", {"type": ""}),
        ({"kind": "streamlit", "framework": "streamlit"}, "import streamlit\nprint(1 / 0)", {}, "failed", "exception",
         {"exception": "ZeroDivisionError", "line": 2}),
        ({"kind": "script"}, "import socket\nsocket.create_connection(('192.0.2.1', 80))", {}, "failed", "blocked",
         {"exception": "OSError"}),
        ({}, "app = (", {}, "crashed", "syntax_error", {"exception": "SyntaxError", "line": 1}),
        ({"kind": "script"}, "print(", {}, "crashed", "syntax_error", {"exception": "SyntaxError", "line": 1}),
        ({}, "import nothing_there", {}, "crashed", "import_error", {"exception": "ModuleNotFoundError"}),
        ({}, "x = 1", {}, "crashed", "no_app", {}),
        ({}, "import os; os._exit(0)", {}, "crashed", "exited", {"exit_code": 0}),
        ({"kind": "script"}, "while True: pass", {}, "timed_out", "", {"limit": 1.0, "limit_kind": "cpu"}),
        ({}, "while True: pass", {}, "timed_out", "", {"limit": 1.0, "limit_kind": "cpu"}),
        ({"kind": "script"}, "print('x' * 100_000)", {}, "output_exceeded", "", {"limit": 8192}),
        ({"kind": "script"}, "x = bytearray(2 ** 30)", {}, "memory_exceeded", "", {}),
    ],
)  # fmt: skip
def test_what_fails_says_how(columns, source, request_, verdict, reason, details):
    columns = {"framework": "flask"} | columns
    if columns.get("kind") in ("script", "function"):
        columns["framework"] = ""

    run = tried(source, request_, **columns, cpu_seconds=5 if "streamlit" in columns.values() else 1, output_bytes=8192)

    assert (run.status, run.verdict, run.reason) == (Status.DONE, verdict, reason)
    assert {name: run.details.get(name) for name in details} == details
    assert "/work" not in json.dumps([run.details, run.stderr])


def test_the_traceback_has_the_frames_of_the_learner_only():
    run = tried(RAISES, framework="fastapi")

    assert run.details["traceback"].split("\n")[:2] == [
        "Traceback (most recent call last):",
        '  File "main.py", line 7, in root',
    ]
    assert "site-packages" not in run.details["traceback"]
    assert (run.answer["status"], "starlette" in run.stderr) == (500, True)


HOSTILE_OUTPUT = r"""
import os
os.write(1, b"\x00\x1b[2J\x1b]0;owned\x07\xff\xfe\xed\xa0\x80" + "\u202e\u2066evil".encode())
os.write(2, bytes(range(256)))
"""
HOSTILE_ANSWER = r"""
def app(environ, start_response):
    headers = [("Content-Type", "text/html")] + [(f"X-{number}", "y" * 2000) for number in range(12)]
    headers += [(f"Z-{number}", "z") for number in range(60)]
    start_response("200 OK", headers)
    return [b"<script>alert(1)</script>\x00\x1b[31m\xff" + "\u202e".encode() + b"a" * 60_000]
"""


@pytest.mark.parametrize(
    ("source", "kind"),
    [(HOSTILE_OUTPUT, "script"), (HOSTILE_ANSWER, "http"), (HOSTILE_OUTPUT + HOSTILE_ANSWER, "http")],
)
def test_hostile_outputs_are_cut_and_cleaned(source, kind):
    run = tried(source, kind=kind, framework="flask" if kind == "http" else "")

    assert (run.status, run.verdict) == (Status.DONE, Verdict.RAN)
    stored = [run.stdout, run.stderr, *run.details.values()]
    if kind == "http":
        answer = run.answer
        assert (len(answer["body"]), answer["truncated"]) == (SHOWN_BODY, True)
        assert len(answer["headers"]) == SHOWN_HEADERS < SHOWN_HEADERS + answer["more_headers"]
        assert max(len(value) for _, value in answer["headers"]) <= SHOWN_HEADER
        stored += [answer["body"], *(text for header in answer["headers"] for text in header)]
    assert [text for text in map(str, stored) if UNFIT.search(text)] == []


def test_a_verdict_of_a_trial_cannot_be_forged_into_progress():
    run = tried("import sys, os\nprint('passed')\nos._exit(0)", kind="script", framework="")

    assert (run.verdict, run.score, run.tests) == (Verdict.RAN, None, [])


def test_a_picture_is_no_text():
    source = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "image/png")])
    return [b"\\x89PNG\\xff\\xfe"]
"""
    run = tried(source)

    assert (run.answer["body"], run.answer["is_text"], run.answer["media_type"], run.answer["size"]) == (
        "", False, "image/png", 6,
    )  # fmt: skip
    note = result_of(Trial.objects.with_run().get(pk=run.trial_id), may_act=True).note
    assert note == "6 bytes of image/png, which is no text."


def test_a_trial_that_was_stopped_is_left_alone():
    trial = make_trial(kind="script", framework="", request={"arguments": [], "input": ""})
    cancel(trial=trial)

    grade(trial.run.pk)

    trial.run.refresh_from_db()
    assert (trial.run.status, trial.run.tries) == (Status.CANCELLED, 0)


def unavailable(*args, **kwargs):
    raise sandbox.SandboxUnavailable("bwrap is missing")


@pytest.mark.parametrize(
    ("tries_before", "status", "reason"), [(0, Status.QUEUED, ""), (4, Status.BROKEN, Run.Fault.SANDBOX_UNAVAILABLE)]
)
def test_a_sandbox_that_is_away_is_our_fault(monkeypatch, tries_before, status, reason):
    monkeypatch.setattr(sandbox, "judge", unavailable)
    run = make_trial().run
    Run.objects.update(tries=tries_before)

    grade(run.pk)

    run.refresh_from_db()
    assert (run.status, run.reason, run.answer) == (status, reason, None)
