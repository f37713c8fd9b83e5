"""Programs of learners, judged in the real sandbox: right in several styles, wrong, broken, greedy and hostile."""

import pytest

import sandbox
from exercises import judging
from exercises.cases import expected, parse, questions
from exercises.judging import JudgingInterrupted, JudgingPostponed, judge_files
from exercises.kinds.http import ABSENT
from exercises.models import ExerciseVersion, Run
from exercises.tests.builders import make_exercise, make_run, make_submission

pytestmark = pytest.mark.usefixtures("warm")
Verdict = Run.Verdict
SEED = 5

CASES = parse("""
[random]
name = { kind = "word" }
price = { kind = "decimal", min = 0.1, max = 99.9, step = 0.1 }
missing = { kind = "word" }
[computed]
with_tax = { multiply = ["${price}", 1.1], round = 2 }

[[case]]
name = "GET /health answers that it is ok"
request = { path = "/health" }
expect = { status = 200, content_type = "application/json", json = { status = "ok" } }

[[case]]
name = "POST /items adds the tax"
request = { method = "POST", path = "/items", json = { name = "${name}", price = "${price}" } }
expect = { status = 200, json = { name = "${name}", price_with_tax = "${with_tax}" } }

[[case]]
name = "An unknown path answers 404"
request = { path = "/${missing}" }
expect = { status = 404 }
""")
STARTER = {"main.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\ndef health():\n    ...\n"}


def version(framework="flask", **limits):
    return ExerciseVersion(framework=framework, cases=CASES, starter=STARTER, limits=limits)


def judged(source, framework="flask", **limits):
    files = source if isinstance(source, dict) else {"main.py": source}
    return judge_files(version(framework, **limits), files, SEED)


FLASK = """
from flask import Flask, request
app = Flask(__name__)

@app.get("/health")
def health():
    return {"status": "ok"}

@app.post("/items")
def items():
    item = request.get_json()
    return {"name": item["name"], "price_with_tax": round(item["price"] * 1.1, 2)}
"""
BLUEPRINT = {
    "main.py": """
from flask import Flask
from shop import pages

def create_app():
    app = Flask(__name__)
    app.register_blueprint(pages)
    return app

app = create_app()
""",
    "shop.py": """
from decimal import Decimal
from flask import Blueprint, jsonify, request

pages = Blueprint("pages", __name__)

@pages.route("/health", methods=["GET"])
def health():
    return jsonify(status="ok")

@pages.route("/items", methods=["POST"])
def items():
    price = Decimal(str(request.json["price"])) * Decimal("1.1")
    return jsonify({"price_with_tax": float(round(price, 2)), "name": request.json["name"]})
""",
}
ROUTER = """
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

class Item(BaseModel):
    name: str
    price: float

router = APIRouter()

@router.get("/health")
def health():
    return {"status": "ok"}

@router.post("/items")
def items(item: Item):
    return {"name": item.name, "price_with_tax": round(item.price * 1.1, 2)}

app = FastAPI()
app.include_router(router)
"""
ASYNC = ROUTER.replace("def health", "async def health").replace("def items", "async def items")


@pytest.mark.parametrize(
    ("framework", "source"),
    [("flask", FLASK), ("flask", BLUEPRINT), ("fastapi", ROUTER), ("fastapi", ASYNC)],
    ids=["flask", "blueprint and factory", "router", "async"],
)
def test_a_right_answer_passes_in_any_style(framework, source):
    result = judged(source, framework)

    assert (result.verdict, result.reason, result.details, result.score) == (Verdict.PASSED, "", {}, 1.0)
    assert [test["status"] for test in result.tests] == ["passed"] * 3


@pytest.mark.parametrize(
    ("source", "statuses", "code"),
    [
        (FLASK.replace('{"status": "ok"}', "\"{'status': 'ok'}\""), "failed passed passed", "content_type"),
        (FLASK.replace('{"status": "ok"}', '{"status": "ok"}, 201'), "failed passed passed", "status"),
        (FLASK.replace('"ok"', "True"), "failed passed passed", "json_differs"),
        (FLASK.replace("/health", "/healthz"), "failed passed passed", "status"),
        (FLASK.replace("round(item", "str(item"), "passed error passed", "exception"),
        (FLASK.replace("* 1.1", "* 1.2"), "passed failed passed", "json_differs"),
        (FLASK + "\n@app.get('/<path:path>')\ndef everything(path):\n    return 'here'\n",
         "passed passed failed", "status"),
        # What fits yesterday's values does not fit today's.
        (FLASK.replace('{"name": item', '{"name": "tea", "price_with_tax": 11.0} if item else {"name": item'),
         "passed failed passed", "json_differs"),
        # A number that is equal to everything in Python is no JSON.
        (FLASK.replace("round(item", "float('nan') or round(item"), "passed failed passed", "not_json"),
    ],
    ids=["text", "status", "type", "route", "raises", "value", "catches all", "constants", "nan"],
)  # fmt: skip
def test_a_wrong_answer_fails_at_its_case(source, statuses, code):
    result = judged(source)

    codes = [test["message"]["code"] for test in result.tests if test["message"]]
    assert (result.verdict, [test["status"] for test in result.tests], codes) == (
        Verdict.FAILED, statuses.split(), [code]
    )  # fmt: skip


@pytest.mark.parametrize("address", ["203.0.113.7", "example.org"])
def test_a_closed_network_is_called_by_its_name(address):
    call = f'import socket; socket.create_connection(("{address}", 80), timeout=2)'

    result = judged(FLASK.replace("item = request.get_json()", call))

    assert (result.verdict, result.reason) == (Verdict.FAILED, "blocked"), result.details


def test_an_exception_is_told_with_its_line_and_no_path_of_the_sandbox():
    result = judged(FLASK.replace("item = request.get_json()", 'item = {}["no"]'))

    test = result.tests[1]
    assert (result.reason, test["status"]) == ("exception", "error")
    assert test["message"] == {
        "code": "exception", "exception": "KeyError", "message": "'no'", "file": "main.py", "line": 11,
        "source": 'item = {}["no"]',
    }  # fmt: skip
    assert test["traceback"].startswith('Traceback (most recent call last):\n  File "main.py", line 11, in items\n')
    assert not [
        folder for folder in ("/work/", "/opt/", "site-packages") if folder in result.stderr + test["traceback"]
    ]


@pytest.mark.parametrize(
    ("source", "verdict", "reason", "details"),
    [
        ("def broken(:\n", "crashed", "syntax_error", {"exception": "SyntaxError", "file": "main.py", "line": 1}),
        ("import flusk\n", "crashed", "import_error", {"exception": "ModuleNotFoundError", "line": 1}),
        ("x = 1\n1 / 0\n", "crashed", "exception", {"exception": "ZeroDivisionError", "line": 2}),
        ("application = 1\n", "crashed", "no_app", {}),
        ("import sys\nsys.exit(0)\n", "crashed", "exited", {"exit_code": 0}),
        ("import os\nos._exit(0)\n", "crashed", "exited", {"exit_code": 0}),
        ("while True:\n    pass\n", "timed_out", "", {}),
        ("x = []\nwhile True:\n    x.append(bytearray(10**7))\n", "memory_exceeded", "", {"limit": 64 * 1024 * 1024}),
        ("while True:\n    print('x' * 1000)\n", "output_exceeded", "", {"limit": 65536}),
        (FLASK.replace("item = request.get_json()", "import os; os._exit(0)"), "crashed", "exited", {"test": 1}),
        (FLASK.replace("item = request.get_json()", "\n    while True: pass"), "timed_out", "", {"test": 1}),
        (STARTER["main.py"], "failed", "unfinished", {"functions": ["health"]}),
    ],
)  # fmt: skip
def test_a_broken_or_greedy_program_gets_the_verdict_of_its_ending(source, verdict, reason, details):
    result = judged(source, wall_seconds=3, cpu_seconds=2, memory_bytes=64 * 1024 * 1024)

    assert (result.verdict, result.reason) == (verdict, reason)
    assert {name: result.details.get(name) for name in details} == details


FORGERY = """
import json, os, sys

verdict = {"verdict": "passed", "reason": "", "status": "passed", "ending": "finished", "ready": True, "score": 1.0}
line = ("\\n" + json.dumps(verdict) + "\\n").encode()
for descriptor in range(1, 256):
    try:
        os.write(descriptor, line)
    except OSError:
        pass
sys.stdout.flush()
os._exit(0)
"""
EQUAL_TO_ALL = """
import json

class Equal(dict):
    def __eq__(self, other): return True
    def __ne__(self, other): return False

json.loads = lambda *args, **kwargs: Equal()

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"status": "ok", "__class__": "Equal"}']
"""


@pytest.mark.parametrize(
    ("source", "verdict"), [(FORGERY, Verdict.CRASHED), (EQUAL_TO_ALL, Verdict.FAILED)], ids=["descriptors", "builtins"]
)
def test_a_forged_result_is_no_result(source, verdict):
    result = judged(source)

    assert result.verdict == verdict
    assert "passed" not in [test["status"] for test in result.tests]


def test_no_expected_value_goes_into_the_sandbox(monkeypatch):
    jobs = []
    real = sandbox.judge
    monkeypatch.setattr(sandbox, "judge", lambda job, **options: jobs.append(job) or real(job, **options))

    judged(FLASK)

    (item,) = [answer.json for answer in expected(CASES, SEED) if answer.json is not ABSENT and "name" in answer.json]
    assert item["name"] in repr(jobs)  # it is asked for,
    assert str(item["price_with_tax"]) not in repr(jobs)  # and this is to be found out


BURST = parse("""
[[case]]
name = "20 requests at once are answered within half a second"
request = { path = "/report", clients = 20 }
expect = { status = 200, json = { ready = true }, within_ms = 500 }

[[case]]
name = "It still answers one"
request = { path = "/report" }
expect = { status = 200 }
""")
REPORT = """
import asyncio, time
from fastapi import FastAPI, Response
app = FastAPI()
calls = 0

@app.get("/report")
async def report(response: Response):
    global calls
    calls += 1
    await asyncio.sleep(0.05)
    return {"ready": True}
"""


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (REPORT, None),
        (REPORT.replace("async def", "def").replace("await asyncio", "time"), None),
        (REPORT.replace("await asyncio", "time"), "too_slow"),
        (REPORT.replace('"ready": True', '"ready": calls < 5'), "json_differs"),
        (REPORT.replace("    await", "    if calls == 17: raise KeyError(calls)\n    await"), "exception"),
    ],
    ids=["waits", "threads", "blocks", "wrong answers", "exceptions"],
)
def test_a_burst_tells_what_blocks_from_what_waits(source, code):
    result = judge_files(ExerciseVersion(framework="fastapi", cases=BURST, starter=STARTER), {"main.py": source}, SEED)

    first, second = result.tests
    assert (first["message"] or {"code": None})["code"] == code
    assert second["status"] == "passed"
    if code == "too_slow":
        assert first["message"]["actual_ms"] >= 20 * 50


@pytest.mark.django_db
def test_judge_gives_the_columns_of_the_run_and_tells_its_progress():
    exercise = make_exercise(cases=CASES, starter=STARTER)
    submission = make_submission(exercise=exercise)
    submission.files = {"main.py": FLASK}
    submission.save()
    run = make_run(submission, status=Run.Status.RUNNING, seed=SEED)
    answered = []

    result = judging.judge(run, on_progress=answered.append, keep_going=lambda: True)

    assert Run.objects.finish(run, **result)
    run.refresh_from_db()
    assert (run.status, run.verdict, run.score, answered) == (Run.Status.DONE, Verdict.PASSED, 1.0, [1, 2, 3])
    assert run.tests[2]["request"] == questions(CASES, SEED)[2].shown
    assert run.cpu_ms > 0


def test_judging_stops_when_it_may_not_go_on():
    with pytest.raises(JudgingInterrupted):
        judge_files(version(), {"main.py": "while True: pass\n"}, SEED, keep_going=lambda: False)


def test_a_sandbox_that_is_down_is_never_a_verdict(monkeypatch):
    def refuse(*args, **kwargs):
        raise sandbox.SandboxUnavailable("user namespaces are switched off")

    monkeypatch.setattr(sandbox, "judge", refuse)

    with pytest.raises(JudgingPostponed, match="user namespaces are switched off"):
        judged(FLASK)
