"""From hand-made reports of the sandbox to verdicts. The real sandbox judges in test_judging_for_real."""

import json

import pytest

from exercises.cases import parse
from exercises.judging import judgement
from exercises.models import Run
from sandbox import Detail, Ending, Limits, Observation, Report, Usage

Verdict = Run.Verdict

CASES = parse("""
[random]
word = { kind = "word" }

[[case]]
name = "GET / answers with JSON"
why = "Clients read the header first."
request = { path = "/" }
expect = { status = 200, content_type = "application/json", json = { message = "hello" } }

[[case]]
name = "POST / answers 405"
request = { method = "POST", path = "/${word}", json = { a = 1 } }
expect = { status = 405, headers = { Allow = "GET" } }
""")
STARTER = {"main.py": "def root():\n    ...\n"}
FILES = {"main.py": "def root():\n    return {}\n"}

GOOD = Observation(
    status=200,
    headers=(("Content-Type", "application/json; charset=utf-8"),),
    body=b'{"message":"hello"}\n',
    elapsed_ms=4.04,
)
REFUSES_POST = Observation(status=405, headers=(("allow", "GET"),), body=b"<p>no", elapsed_ms=1)
TRACEBACK = b"""Traceback (most recent call last):
  File "/work/main.py", line 2, in root
    raise KeyError(99)
KeyError: 99
"""


def judged(ending=Ending.FINISHED, observations=(GOOD, REFUSES_POST), *, files=FILES, limits=None, **report):
    report = Report(ending=ending, observations=observations, **report)
    return judgement(report, CASES, seed=1, files=files, starter=STARTER, limits=limits or Limits())


def test_judgement_passes_when_every_answer_is_the_expected_one():
    result = judged(
        stdout="héllo\0\n".encode(),
        stderr=b'File "/opt/learner/lib/python3.11/site-packages/flask/app.py"',
        usage=Usage(wall_ms=61.4, cpu_ms=40.6, memory_bytes=5),
        level="full",
    )

    assert (result.verdict, result.reason, result.details, result.score) == (Verdict.PASSED, "", {}, 1.0)
    assert (result.stdout, result.stderr, result.truncated) == ("héllo�\n", 'File "flask/app.py"', False)
    assert (result.wall_ms, result.cpu_ms, result.memory_bytes, result.level) == (61, 41, 5, "full")
    assert result.tests == [
        {
            "name": "GET / answers with JSON",
            "status": "passed",
            "message": None,
            "why": "",
            "request": {"method": "GET", "path": "/"},
            "response": {
                "status": 200,
                "headers": {"content-type": "application/json; charset=utf-8"},
                "body": '{"message":"hello"}\n',
                "truncated": False,
            },
            "expected": None,
            "actual": None,
            "traceback": "",
            "duration_ms": 4.0,
        },
        {
            "name": "POST / answers 405",
            "status": "passed",
            "message": None,
            "why": "",
            "request": {
                "method": "POST",
                "path": "/ltuhwesy",
                "headers": {"Content-Type": "application/json"},
                "body": '{"a": 1}',
            },
            "response": {"status": 405, "headers": {"allow": "GET"}, "body": "<p>no", "truncated": False},
            "expected": None,
            "actual": None,
            "traceback": "",
            "duration_ms": 1,
        },
    ]


@pytest.mark.parametrize(
    ("answer", "message", "shown"),
    [
        (Observation(status=404, body=b"<h1>"), {"code": "status", "expected": [200], "actual": 404}, ("200", "404")),
        (Observation(status=500), {"code": "status", "expected": [200], "actual": 500}, ("200", "500")),
        (
            Observation(status=200, headers=(("Content-Type", "Text/HTML; x"),)),
            {"code": "content_type", "expected": "application/json", "actual": "text/html"},
            ("application/json", "text/html"),
        ),
        (
            Observation(status=200),
            {"code": "content_type", "expected": "application/json", "actual": ""},
            ("application/json", ""),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b"hello\xff"),
            {"code": "not_json", "problem": "encoding"},
            ('{"message": "hello"}', "hello�"),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b'{"a": 1, "a": 2}'),
            {"code": "not_json", "problem": "duplicate_key", "key": "a"},
            ('{"message": "hello"}', '{"a": 1, "a": 2}'),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b'{"message": tru}'),
            {"code": "not_json", "problem": "syntax", "line": 1, "column": 13},
            ('{"message": "hello"}', '{"message": tru}'),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b"[" * 60000),
            {"code": "not_json", "problem": "too_deep"},
            ('{"message": "hello"}', "[" * 199 + "…"),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b'{"message": "hell\\u0000"}'),
            {"code": "json_differs", "path": "message", "difference": "value", "expected": '"hello"',
             "actual": '"hell\\u0000"'},
            ('{"message": "hello"}', '{"message": "hell\\u0000"}'),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b'{"message": "\\ud800"}'),
            {"code": "json_differs", "path": "message", "difference": "value", "expected": '"hello"', "actual": '"�"'},
            ('{"message": "hello"}', '{"message": "�"}'),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b'{"message": 1}'),
            {"code": "json_differs", "path": "message", "difference": "type", "expected": '"hello"', "actual": "1",
             "expected_type": "string", "actual_type": "number"},
            ('{"message": "hello"}', '{"message": 1}'),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=b"{}"),
            {"code": "json_differs", "path": "message", "difference": "missing", "expected": '"hello"', "actual": ""},
            ('{"message": "hello"}', "{}"),
        ),
        (
            Observation(status=200, headers=GOOD.headers, body=GOOD.body, truncated=True),
            {"code": "no_answer", "error": "too_large"},
            ('{"message": "hello"}', '{"message":"hello"}\n'),
        ),
        (Observation(error="closed"), {"code": "no_answer", "error": "closed"}, ("", "")),
        (
            Observation(status=200, headers=GOOD.headers, body=GOOD.body, error="timeout"),
            {"code": "no_answer", "error": "timeout"},
            ("", ""),
        ),
    ],
)  # fmt: skip
def test_judgement_says_how_an_answer_misses_what_was_expected(answer, message, shown):
    result = judged(observations=(answer, REFUSES_POST))

    test = result.tests[0]
    assert (result.verdict, result.reason, result.details, result.score) == (Verdict.FAILED, "mismatch", {}, 0.5)
    assert (test["status"], test["message"], (test["expected"], test["actual"])) == ("failed", message, shown)
    assert test["why"] == "Clients read the header first."
    assert "\0" not in json.dumps(result.tests, ensure_ascii=False)
    json.dumps(result.tests, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("headers", "actual"), [((), None), ((("Allow", "GET"), ("allow", "HEAD")), "GET, HEAD"), ((("Allow", ""),), "")]
)
def test_judgement_compares_headers_by_their_exact_value(headers, actual):
    result = judged(observations=(GOOD, Observation(status=405, headers=headers)))

    assert result.tests[1]["message"] == {"code": "header", "name": "Allow", "expected": "GET", "actual": actual}


@pytest.mark.parametrize(("headers", "verdict"), [((), "passed"), ((("server", "waitress"),), "failed")])
def test_judgement_finds_a_header_that_must_not_be_there(headers, verdict):
    cases = parse("""
[[case]]
name = "No server is named"
request = { path = "/" }
expect = { headers = { Server = "" } }
""")
    report = Report(ending=Ending.FINISHED, observations=(Observation(status=200, headers=headers),))

    result = judgement(report, cases, seed=1, files=FILES, starter={}, limits=Limits())

    assert result.verdict == verdict


@pytest.mark.parametrize(
    "answer",
    [
        Observation(status=500, body=b"Internal Server Error", stderr=TRACEBACK),
        Observation(error="closed", stderr=TRACEBACK),
    ],
)
def test_judgement_tells_an_exception_from_a_wrong_answer(answer):
    result = judged(observations=(answer, REFUSES_POST))

    raised = {"exception": "KeyError", "message": "99", "file": "main.py", "line": 2, "source": "raise KeyError(99)"}
    assert (result.verdict, result.reason, result.details) == (Verdict.FAILED, "exception", raised)
    assert result.tests[0]["status"] == "error"
    assert result.tests[0]["message"] == {"code": "exception"} | raised
    assert result.tests[0]["traceback"] == TRACEBACK.decode().replace("/work/", "").strip()


@pytest.mark.parametrize(
    ("answer", "second"),
    [
        (Observation(status=404, stderr=TRACEBACK), REFUSES_POST),  # it logged something and went on
        (
            Observation(status=200, stderr=TRACEBACK),
            Observation(status=500, stderr=TRACEBACK),
        ),  # the first is a mismatch
    ],
)
def test_judgement_believes_the_answer_before_the_log(answer, second):
    result = judged(observations=(answer, second))

    assert (result.verdict, result.reason, result.tests[0]["status"]) == (Verdict.FAILED, "mismatch", "failed")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("OSError: [Errno 101] Network is unreachable", "[Errno 101] Network is unreachable"),
        ("PermissionError: [Errno 13] Permission denied: 'sh'", "[Errno 13] Permission denied: 'sh'"),
        (
            "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
            "<urlopen error [Errno -3] Temporary failure in name resolution>",
        ),
    ],
)
def test_judgement_calls_what_the_sandbox_refuses_blocked(line, message):
    stderr = TRACEBACK.replace(b"KeyError: 99", line.encode())

    result = judged(observations=(Observation(status=500, stderr=stderr), REFUSES_POST))

    assert (result.verdict, result.reason) == (Verdict.FAILED, "blocked")
    assert result.details["message"] == message


BURST = parse("""
[[case]]
name = "20 at once"
request = { path = "/", clients = 20 }
expect = { status = 200, text_contains = "done", at_least_ms = 500, within_ms = 1000 }
""")
DONE = Observation(status=200, body=b"done", elapsed_ms=900)


@pytest.mark.parametrize(
    ("answers", "elapsed_ms", "message"),
    [
        ([DONE] * 20, 1000.0, None),
        ([DONE] * 20, 1000.2, {"code": "too_slow", "clients": 20, "expected_ms": 1000, "actual_ms": 1001}),
        ([DONE] * 19 + [Observation(status=503)], 10.0, {"code": "status", "expected": [200], "actual": 503}),
        ([DONE] * 20, 499.9, {"code": "too_fast", "expected_ms": 500, "actual_ms": 499}),
        # What is wrong comes before what is slow.
        ([Observation(status=200)] * 20, 4000.0, {"code": "text_missing", "expected": "done"}),
    ],
)
def test_judgement_compares_each_answer_of_a_burst_and_then_its_time(answers, elapsed_ms, message):
    report = Report(ending=Ending.FINISHED, observations=(Observation(answers=answers, elapsed_ms=elapsed_ms),))

    (test,) = judgement(report, BURST, seed=1, files=FILES, starter=STARTER, limits=Limits()).tests

    assert (test["message"], test["duration_ms"]) == (message, round(elapsed_ms, 1))
    assert test["request"] == {"method": "GET", "path": "/", "clients": 20}
    assert test["response"]["status"] == (503 if message and message.get("actual") == 503 else 200)


FULL = {"stdout": b"x" * 70000, "truncated": True}


@pytest.mark.parametrize(
    ("ending", "observations", "report", "verdict", "reason", "details"),
    [
        (Ending.MEMORY_EXCEEDED, (GOOD,), FULL, "memory_exceeded", "", {"limit": 256 * 1024 * 1024, "test": 0}),
        (Ending.TIMED_OUT, (), FULL, "timed_out", "", {"limit": 20.0, "limit_kind": "wall"}),
        (Ending.TIMED_OUT, (GOOD, Observation(error="timeout")), {"usage": Usage(wall_ms=20001.0)},
         "timed_out", "", {"limit": 20.0, "limit_kind": "wall", "test": 1}),
        (Ending.TIMED_OUT, (GOOD, Observation(error="timeout")), {"usage": Usage(wall_ms=10020.0)},
         "timed_out", "", {"limit": 10.0, "limit_kind": "answer", "test": 1}),
        (Ending.TIMED_OUT, (), {"usage": Usage(cpu_ms=5000.0)}, "timed_out", "", {"limit": 5.0, "limit_kind": "cpu"}),
        (Ending.OUTPUT_EXCEEDED, (GOOD,), FULL, "output_exceeded", "", {"limit": 65536, "test": 0}),
        (Ending.EXITED, (), FULL, "output_exceeded", "", {"limit": 65536}),
        (Ending.FINISHED, (GOOD, REFUSES_POST), FULL, "output_exceeded", "", {"limit": 65536, "test": 1}),
        (Ending.EXITED, (GOOD,), {"detail": Detail(exit_code=0)}, "crashed", "exited", {"exit_code": 0, "test": 0}),
        (Ending.EXITED, (), {"detail": Detail(reason="passed", exit_code=0)}, "crashed", "exited", {"exit_code": 0}),
        (Ending.SIGNALLED, (), {"detail": Detail(signal="SIGSEGV")}, "crashed", "exited", {"signal": "SIGSEGV"}),
        (Ending.NOT_READY, (), {}, "crashed", "no_app", {}),
        (Ending.NOT_READY, (), {"detail": Detail(reason="no_app", file="a.py")},
         "crashed", "no_app", {"file": "a.py"}),
        (Ending.EXITED, (),
         {"detail": Detail(reason="syntax_error", exception="SyntaxError", message="bad\0", file="a.py", line=3,
                           column=9, source="def f(:")},
         "crashed", "syntax_error",
         {"exception": "SyntaxError", "message": "bad�", "file": "a.py", "line": 3, "column": 9, "source": "def f(:"}),
        (Ending.FINISHED, (GOOD, REFUSES_POST), {"detail": Detail(reason="syntax_error")}, "passed", "", {}),
    ],
)  # fmt: skip
def test_judgement_follows_the_ending_and_its_precedence(ending, observations, report, verdict, reason, details):
    result = judged(ending, observations, **report)

    assert (result.verdict, result.reason, result.details) == (verdict, reason, details)


@pytest.mark.parametrize(
    ("ending", "truncated", "stopped"),
    [
        (Ending.EXITED, False, False),
        (Ending.EXITED, True, True),
        (Ending.SIGNALLED, False, False),
        (Ending.TIMED_OUT, False, True),
        (Ending.MEMORY_EXCEEDED, False, True),
        (Ending.OUTPUT_EXCEEDED, True, True),
    ],
)
def test_judgement_marks_what_was_not_reached_as_skipped(ending, truncated, stopped):
    result = judged(ending, (GOOD,), truncated=truncated)

    assert [test["status"] for test in result.tests] == ["passed", "skipped"]
    assert result.tests[1]["message"] == {"code": "not_reached", "stopped": stopped}
    assert result.tests[1]["response"] is None
    assert result.score == 0.5


@pytest.mark.parametrize(
    ("ending", "observations", "verdict", "reason"),
    [
        (Ending.FINISHED, (Observation(status=404), REFUSES_POST), Verdict.FAILED, "unfinished"),
        (Ending.EXITED, (), Verdict.CRASHED, "exited"),
        (Ending.TIMED_OUT, (), Verdict.TIMED_OUT, ""),
        (Ending.FINISHED, (GOOD, REFUSES_POST), Verdict.PASSED, ""),
    ],
)
def test_judgement_says_that_nothing_was_written_yet(ending, observations, verdict, reason):
    result = judged(ending, observations, files=STARTER)

    assert (result.verdict, result.reason) == (verdict, reason)
    assert result.details.get("functions") == (["root"] if reason == "unfinished" else None)


@pytest.mark.parametrize(
    ("ending", "observations"),
    [(Ending.FINISHED, (GOOD,)), (Ending.FINISHED, ()), (Ending.EXITED, (GOOD, REFUSES_POST, GOOD))],
)
def test_judgement_refuses_a_report_that_cannot_be_about_these_cases(ending, observations):
    with pytest.raises(ValueError, match="observations of 2 cases"):
        judged(ending, observations)
