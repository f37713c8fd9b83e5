import uuid
from datetime import timedelta

import pytest
from django.utils.timezone import now

from exercises.models import ExerciseVersion, Run, Submission
from exercises.outcomes import LOOKS, WORDS, outcome_of, what_is_there, words_for
from exercises.python_errors import EXPLANATIONS, explain
from exercises.results import caret_in, ends_of

Status, Verdict = Run.Status, Run.Verdict
MIB = 1024 * 1024
NUMBER = uuid.UUID("12345678-0000-4000-8000-000000000000")


def rows(*statuses):
    return [{"name": f"Test {number}", "status": status} for number, status in enumerate(statuses, start=1)]


def done(verdict, reason="", details=None, passed=0, total=4, kind="http"):
    statuses = ["passed"] * passed + ["failed"] * (total - passed)
    return Run(
        submission=Submission(exercise_version=ExerciseVersion(kind=kind)),
        uuid=NUMBER,
        status=Status.DONE,
        verdict=verdict,
        reason=reason,
        details=details or {},
        tests=rows(*statuses),
    )


@pytest.mark.parametrize(
    ("run", "outcome", "headline", "body", "lines"),
    [
        (Run(status=Status.QUEUED), "pending", "Queued", "", []),
        (Run(status=Status.RUNNING, tries=1), "pending", "Running your code", "", []),
        (
            Run(status=Status.QUEUED, tries=1),
            "pending",
            "Queued again",
            "We could not run your code at once. That is our fault: it is saved, and we try again by ourselves.",
            ["The next try begins as soon as a sandbox is free."],
        ),
        (
            done(Verdict.PASSED, passed=4),
            "pass",
            "All 4 tests pass",
            "Your program answers every request as the task asks.",
            [],
        ),
        (
            done(Verdict.PASSED, passed=1, total=1),
            "pass",
            "The test passes",
            "Your program answers every request as the task asks.",
            [],
        ),
        (
            done(Verdict.PASSED, passed=4, kind="function"),
            "pass",
            "All 4 tests pass",
            "Every call gives what the task asks for.",
            [],
        ),
        (
            done(Verdict.CRASHED, "exited", {"exit_code": 0}, kind="function"),
            "not_started",
            "Your program ended by itself",
            "It ended with code 0 before all tests were done.",
            ["We import your file and call its functions; look for `exit()` and the like."],
        ),
        (
            done(Verdict.CRASHED, "no_app", kind="function"),
            "not_started",
            "There is nothing to talk to",
            "The program did not answer us at all.",
            ["No test ran."],
        ),
        (
            done(Verdict.FAILED, "mismatch", passed=3),
            "fail",
            "3 of 4 tests pass",
            "",
            [],
        ),
        (
            done(Verdict.FAILED, "mismatch", passed=1),
            "fail",
            "1 of 4 tests passes",
            "Begin with the first test that fails; the others often follow from it.",
            [],
        ),
        (
            done(Verdict.FAILED, "exception", {"exception": "KeyError", "message": "99", "file": "main.py", "line": 9}),
            "exception",
            "Your code stopped with an error",
            "KeyError: 99",
            [EXPLANATIONS["KeyError"]],
        ),
        (
            done(Verdict.FAILED, "exception", {"exception": "shop.OutOfTea", "message": ""}),
            "exception",
            "Your code stopped with an error",
            "shop.OutOfTea",
            [],
        ),
        (
            done(
                Verdict.CRASHED,
                "syntax_error",
                {"exception": "SyntaxError", "message": "'(' was never closed", "file": "main.py", "line": 3},
            ),
            "not_started",
            "Python could not read your code",
            "SyntaxError: '(' was never closed",
            [EXPLANATIONS["SyntaxError"], "No test ran."],
        ),
        (
            done(
                Verdict.CRASHED,
                "import_error",
                {"exception": "ModuleNotFoundError", "message": "No module named 'flsk'", "file": "main.py", "line": 1},
            ),
            "not_started",
            "Your code imports something that is not there",
            "ModuleNotFoundError: No module named 'flsk'",
            [EXPLANATIONS["ModuleNotFoundError"], "No test ran."],
        ),
        (
            done(
                Verdict.CRASHED,
                "import_error",
                {
                    "exception": "ModuleNotFoundError",
                    "message": "No module named 'flsk'",
                    "installed": ["django", "flask"],
                },
            ),
            "not_started",
            "Your code imports something that is not there",
            "ModuleNotFoundError: No module named 'flsk'",
            [
                EXPLANATIONS["ModuleNotFoundError"],
                "Did you mean `flask`?",
                "There are: `django`, `flask`, what these need, and Python's own modules.",
                "No test ran.",
            ],
        ),
        (
            done(Verdict.CRASHED, "no_app"),
            "not_started",
            "There is nothing to talk to",
            "The program has no application object named `app`, and nothing answered on its port.",
            ["No test ran."],
        ),
        (
            done(Verdict.CRASHED, "no_app", {"message": "application"}),
            "not_started",
            "There is nothing to talk to",
            "The program has no application object named `app`, and nothing answered on its port.",
            ["There is `application`: if that is the application, call it `app`.", "No test ran."],
        ),
        (
            done(Verdict.CRASHED, "no_app", {"message": "`app` is a function, which is not a web application"}),
            "not_started",
            "There is nothing to talk to",
            "`app` is a function, which is not a web application.",
            ["It has to be the application itself, not a class or a function that makes it.", "No test ran."],
        ),
        (
            done(Verdict.CRASHED, "no_app", {"message": "`app` is the class Shop, which is not a web application"}),
            "not_started",
            "There is nothing to talk to",
            "`app` is the class Shop, which is not a web application.",
            ["It has to be the application itself, not a class or a function that makes it.", "No test ran."],
        ),
        (
            done(
                Verdict.CRASHED,
                "no_app",
                {"message": "`app` is of type Shop, which is neither a WSGI nor an ASGI application"},
            ),
            "not_started",
            "There is nothing to talk to",
            "`app` is of type Shop, which is not a web application.",
            [
                "It is neither a WSGI nor an ASGI application.",
                "It has to be the application itself, not a class or a function that makes it.",
                "No test ran.",
            ],
        ),
        (
            done(Verdict.CRASHED, "exited", {"exit_code": 0}),
            "not_started",
            "Your program ended by itself",
            "It ended with code 0 before all tests were done.",
            ["A web application keeps running and waits for requests; look for `exit()` and the like."],
        ),
        (
            done(Verdict.CRASHED, "exited"),
            "not_started",
            "Your program ended by itself",
            "It ended before all tests were done.",
            ["A web application keeps running and waits for requests; look for `exit()` and the like."],
        ),
        (
            done(Verdict.CRASHED, "exited", {"signal": "SIGSEGV"}),
            "not_started",
            "Your program ended by itself",
            "It ended by the signal SIGSEGV before all tests were done.",
            ["A web application keeps running and waits for requests; look for `exit()` and the like."],
        ),
        (
            done(Verdict.CRASHED, "exception", {"exception": "NameError", "message": "name 'x' is not defined"}),
            "not_started",
            "Your code stopped with an error before it was ready",
            "NameError: name 'x' is not defined",
            [EXPLANATIONS["NameError"]],
        ),
        (
            done(Verdict.FAILED, "unfinished", {"functions": ["item"]}),
            "unfinished",
            "Nothing here yet: `item()` still has `...`",
            "Replace the `...` with your own code, then submit. This does not count as a failed attempt.",
            [],
        ),
        (
            done(Verdict.CRASHED, "unfinished", {"functions": ["a", "b"]}),
            "unfinished",
            "Nothing here yet: `a()`, `b()` still have `...`",
            "Replace the `...` with your own code, then submit. This does not count as a failed attempt.",
            [],
        ),
        (
            done(Verdict.FAILED, "unfinished", {"functions": []}),
            "unfinished",
            "Nothing here yet: this is still the start code",
            "Write your own code into it, then submit. This does not count as a failed attempt.",
            [],
        ),
        (
            done(Verdict.TIMED_OUT, "", {"limit": 5.0, "test": 1}),
            "time",
            "Stopped after 5 s",
            "It happened in test 2 of 4: Test 2.",
            ["Is there a loop that never ends, or a wait that is too long?"],
        ),
        (
            done(Verdict.TIMED_OUT, "", {"limit": 5.0, "limit_kind": "cpu", "test": 1}),
            "time",
            "Stopped after 5 s of processor time",
            "It happened in test 2 of 4: Test 2.",
            ["Is there a loop that never ends, or a wait that is too long?"],
        ),
        (
            done(Verdict.TIMED_OUT, "", {"limit": 10.0, "limit_kind": "answer", "test": 1}),
            "time",
            "Stopped after 10 s without an answer",
            "It happened in test 2 of 4: Test 2.",
            ["Is there a loop that never ends, or a wait that is too long?"],
        ),
        (
            done(Verdict.TIMED_OUT, "", {"limit": 10.0, "limit_kind": "wall"}),
            "time",
            "Stopped after 10 s",
            "It happened before the first test.",
            ["Is there a loop that never ends, or a wait that is too long?"],
        ),
        (
            done(Verdict.TIMED_OUT, "", {"limit": 2.5}),
            "time",
            "Stopped after 2.5 s",
            "It happened before the first test.",
            ["Is there a loop that never ends, or a wait that is too long?"],
        ),
        (
            done(Verdict.MEMORY_EXCEEDED, "", {"limit": 256 * MIB, "test": 0}),
            "memory",
            "Stopped: more than 256 MB",
            "It happened in test 1 of 4: Test 1.",
            ["Is a list or a text growing without end?"],
        ),
        (
            done(Verdict.OUTPUT_EXCEEDED, "", {"limit": 64 * 1024, "test": 0}),
            "output",
            "Output cut after 64 kB",
            "It happened in test 1 of 4: Test 1.",
            ["Is there a `print` inside a loop that never ends?"],
        ),
        (
            done(Verdict.CRASHED, "blocked", {"exception": "OSError", "message": "[Errno 101] Network is unreachable"}),
            "blocked",
            "The network is closed in this sandbox",
            "OSError: [Errno 101] Network is unreachable",
            [
                "The program asked for something that the sandbox does not give.",
                "There is no network in here, files can be written only in the work folder, a server gets port 8000.",
            ],
        ),
        (
            done(
                Verdict.FAILED, "blocked", {"exception": "PermissionError", "message": "[Errno 13] Permission denied"}
            ),
            "blocked",
            "Only the work folder is open in this sandbox",
            "PermissionError: [Errno 13] Permission denied",
            [
                "The program asked for something that the sandbox does not give.",
                "There is no network in here, files can be written only in the work folder, a server gets port 8000.",
            ],
        ),
        (
            done(Verdict.CRASHED, "blocked"),
            "blocked",
            "Not allowed in this sandbox",
            "The program asked for something that the sandbox does not give.",
            ["There is no network in here, files can be written only in the work folder, a server gets port 8000."],
        ),
        (
            Run(uuid=NUMBER, status=Status.BROKEN, reason=Run.Fault.SANDBOX_UNAVAILABLE, tries=5),
            "unavailable",
            "We could not run your code. This is our fault.",
            "Your code is saved, and this attempt does not count.",
            ["We tried 5 times. If it stays like this, tell us the number 12345678."],
        ),
        (
            Run(uuid=NUMBER, status=Status.BROKEN, reason=Run.Fault.INTERNAL_ERROR, tries=1),
            "unavailable",
            "We could not run your code. This is our fault.",
            "Your code is saved, and this attempt does not count.",
            ["We tried once. If it stays like this, tell us the number 12345678."],
        ),
        (
            Run(status=Status.CANCELLED),
            "cancelled",
            "You stopped this run",
            "Your code is saved; nothing was counted.",
            [],
        ),
    ],
)
def test_every_end_of_a_run_has_its_words(run, outcome, headline, body, lines):
    words = words_for(run)

    first, *rest = [part for part in (words.says, words.body) if part] or [""]
    assert (outcome_of(run), words.headline, first, [*rest, *words.lines]) == (outcome, headline, body, lines)


def test_every_outcome_has_a_look_and_words():
    assert set(LOOKS) == set(WORDS)


@pytest.mark.parametrize(
    ("exception", "is_explained"),
    [("KeyError", True), ("json.decoder.JSONDecodeError", False), ("builtins.KeyError", True), ("", False)],
)
def test_exceptions_are_explained_by_their_class(exception, is_explained):
    assert bool(explain(exception)) == is_explained


@pytest.mark.parametrize(
    ("details", "caret"),
    [
        ({"column": 5, "source": "def (:"}, 5),
        ({"column": 7, "source": "def (:"}, 7),  # just behind the line
        ({"column": 8, "source": "def (:"}, None),
        ({"column": 999_999, "source": "def (:"}, None),
        ({"column": 3}, None),
        ({}, None),
    ],
)
def test_caret_stays_within_the_line_that_is_shown(details, caret):
    assert caret_in(details) == caret


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (7.5, "The next try begins in about 8 seconds."),
        (0.5, "The next try begins in about 1 second."),
        (-1, "The next try begins as soon as a sandbox is free."),
    ],
)
def test_a_run_that_we_failed_to_judge_says_when_it_is_tried_again(seconds, sentence):
    at = now() + timedelta(seconds=seconds)
    run = Run(status=Status.QUEUED, tries=1, details={"next_try_at": at.isoformat()})

    assert words_for(run).lines == [sentence]


@pytest.mark.parametrize(
    ("seen_mb", "sentences"),
    [(258, ["It had 258 MB when we stopped it."]), (249, [])],  # below the limit: it grew on before it was stopped
)
def test_memory_tells_its_peak_unless_the_headline_says_more(seen_mb, sentences):
    run = done(Verdict.MEMORY_EXCEEDED, "", {"limit": 256 * MIB, "test": 0})
    run.memory_bytes = seen_mb * MIB

    assert words_for(run).lines[:-1] == sentences


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("No module named 'jsn'", ["Did you mean `json`?"]),
        ("No module named 'fastapi.midleware'", ["Did you mean `fastapi`?"]),
        ("No module named 'pandass'", []),
        ("No module named 'zzzzqqqq'", []),
        ("No module named '" + "x" * 400 + "'", []),
        ("cannot import name 'Flsk' from 'flask'", []),
        ("", []),
    ],
)
def test_a_module_that_is_not_there_may_have_been_meant_otherwise(message, lines):
    run = done(Verdict.CRASHED, "import_error", {"message": message, "installed": ["fastapi"]})

    assert what_is_there(run)[:-1] == lines


def test_ends_of_an_output_say_how_much_is_left_out():
    text = "a" * 3000 + "b" * 62_000

    assert ends_of("a" * 4096) == "a" * 4096
    assert ends_of(text) == "a" * 2048 + "\n… 59 kB are left out here …\n" + "b" * 2048
