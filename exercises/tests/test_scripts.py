"""Kind script: what may stand in its cases, and learners' programs run in the real sandbox."""

import json
import time

import pytest

import sandbox
from exercises import judging
from exercises.cases import CasesError, expected, parse, questions
from exercises.judging import JudgingInterrupted, JudgingPostponed, judge_files
from exercises.kinds.script import Expectation, Program
from exercises.models import ExerciseVersion, Run
from sandbox import Ending, Observation, Report, SandboxUnavailable

Verdict = Run.Verdict
SEED = 5

SUM = """
[random]
first = { kind = "integer", min = 10_000_000, max = 99_999_999 }
unit = { kind = "word" }

[computed]
sum = { add = ["${first}", 7] }

[[case]]
name = "The numbers are added"
why = "Each line of the input is a number."
run = { arguments = ["--unit", "${unit}"], input = "${first}\\n7\\n" }
expect = { stdout = "${sum} ${unit}\\n", exit_code = 0 }

[[case]]
name = "Without a unit it is a bare number"
run = { input = "1\\n2\\n" }
expect = { stdout_contains = "3", exit_code = 0 }

[[case]]
name = "What is no number is refused"
run = { input = "${unit}" }
expect = { exit_code = 2 }
"""
SOLUTION = """
import sys

unit = sys.argv[2] if "--unit" in sys.argv else ""
try:
    numbers = [int(line) for line in sys.stdin]
except ValueError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
print(sum(numbers), unit)
"""


MAIN = "def main():\n    " + SOLUTION.replace("\n", "\n    ")


def case(run="{}", expect='{ stdout = "x" }', before=""):
    """A cases.toml whose [[case]] starts on line 2; run is line 4, expect line 5."""
    return f'{before}\n[[case]]\nname = "It prints"\nrun = {run}\nexpect = {expect}\n'


def test_questions_and_expected_hold_the_values_of_one_seed():
    cases = parse(SUM, kind="script")

    first, second, third = questions(cases, seed=7)
    unit, number = first.arguments[1], int(first.input.split()[0])
    assert (first, second) == (Program(("--unit", unit), f"{number}\n7\n"), Program((), "1\n2\n"))
    assert (third.input, first.shown) == (unit, {"run": f"python main.py --unit {unit}", "input": f"{number}\n7\n"})
    assert expected(cases, seed=7) == [
        Expectation(stdout=f"{number + 7} {unit}\n", exit_code=0),
        Expectation(stdout_contains=("3",), exit_code=0),
        Expectation(exit_code=2),
    ]
    assert Program(("a b", "")).shown == {"run": "python main.py 'a b' ''"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (case(run='"main.py"'), "line 4: run must be a table"),
        (case(run="{ args = [] }"), "line 4: unknown key 'args'; run knows arguments, input"),
        (case(run="{ arguments = [1] }"), "line 4: arguments must be an array of texts, 50 at most"),
        (case(run='{ arguments = "a" }'), "line 4: arguments must be an array of texts, 50 at most"),
        (case(run="{ input = 1 }"), "line 4: input must be a text in quotes"),
        (case(expect="{}"), "line 5: expect needs at least one of stdout, stdout_contains, exit_code"),
        (case(expect="{ stdout = 1 }"), "line 5: stdout must be a text in quotes"),
        (case(expect='{ stdout_contains = [""] }'), "line 5: stdout_contains must be a text in quotes"),
        (case(expect="{ exit_code = 256 }"), "line 5: exit_code must be a whole number from 0 to 255"),
        (case(expect='{ exit_code = "${r}" }', before='random.r = { kind = "integer", min = 1, max = 2 }'),
         "line 5: exit_code must be a whole number from 0 to 255"),
        ("".join(case().replace("It", str(n)) for n in range(21)),
         "line 2: 20 cases at most, because each runs the program anew"),
    ],
)  # fmt: skip
def test_parse_names_the_line_of_a_mistake(text, problem):
    with pytest.raises(CasesError) as caught:
        parse(text, kind="script")

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("stdout", "printed", "message"),
    [
        ("a\nb\n", b"a  \nb\r\n\n\n", None),
        ("", b"", None),
        ("", b"\n \n", None),
        ("a", b"", {"code": "output_differs", "line": 1, "expected": "a", "actual": None}),
        ("a\nb", b"a\nc\nd", {"code": "output_differs", "line": 2, "expected": "b", "actual": "c"}),
        ("a", b"a\nb", {"code": "output_differs", "line": 2, "expected": None, "actual": "b"}),
        ("a", b"\na", {"code": "output_differs", "line": 1, "expected": "a", "actual": ""}),
        ("a", b" a", {"code": "output_differs", "line": 1, "expected": "a", "actual": " a"}),
        ("\u00e9", b"\xe9", {"code": "output_differs", "line": 1, "expected": "\u00e9", "actual": "\ufffd"}),
        ("a", b"a\0", {"code": "output_differs", "line": 1, "expected": "a", "actual": "a\ufffd"}),
    ],
)
def test_output_is_compared_line_by_line(stdout, printed, message):
    miss = Expectation(stdout=stdout).examine(Observation(status=0, body=printed)).miss

    assert (miss and miss.message) == message


def version(text=SUM, **limits):
    return ExerciseVersion(kind="script", cases=parse(text, kind="script"), starter={"main.py": ""}, limits=limits)


def judged(source, text=SUM, **limits):
    files = source if isinstance(source, dict) else {"main.py": source}
    return judge_files(version(text, **limits), files, SEED)


@pytest.mark.parametrize(
    "source",
    [
        SOLUTION,
        {"main.py": "import adding\nadding.main()\n", "adding.py": MAIN},
        MAIN + '\n\nif __name__ == "__main__":\n    main()\n',
        SOLUTION.replace("print(sum(numbers), unit)", "sys.stdout.write(f'{sum(numbers)} {unit}')"),
        SOLUTION.replace("print(sum(numbers), unit)", "print(sum(numbers), unit); open('left', 'x').close()"),
    ],
    ids=["plain", "imported", "main guard", "no newline", "leaves a file"],
)  # fmt: skip
def test_a_right_program_passes_in_any_style(source):
    result = judged(source)

    assert (result.verdict, result.reason, result.details, result.score) == (Verdict.PASSED, "", {}, 1.0), result.tests


def test_the_result_shows_command_output_and_exit_code():
    result = judged(SOLUTION)

    first, second, third = result.tests
    assert first["request"]["run"].startswith("python main.py --unit ")
    assert (second["request"], second["response"]) == (
        {"run": "python main.py", "input": "1\n2\n"},
        {"status": 0, "headers": {}, "body": "3 \n", "truncated": False},
    )
    assert third["response"]["status"] == 2
    assert result.stdout.startswith(first["response"]["body"])
    assert "invalid literal for int()" in result.stderr
    assert result.wall_ms >= round(sum(test["duration_ms"] for test in result.tests)) > 0


@pytest.mark.parametrize(
    ("source", "outcome", "codes"),
    [
        (SOLUTION.replace("sum(numbers)", "len(numbers)"), "failed failed passed", "output_differs output_lacks"),
        (SOLUTION.replace("print(sum", "print('Sum:', sum"), "failed passed passed", "output_differs"),
        (SOLUTION.replace("sys.exit(2)", "sys.exit(0)"), "passed passed failed", "exit_code"),
        (SOLUTION.replace("except ValueError", "except KeyError"), "passed passed error", "exception"),
        (SOLUTION.replace("sys.argv[2]", "sys.argv[9]"), "error passed passed", "exception"),
        ("print(17, 'kg')", "failed failed failed", "output_differs output_lacks exit_code"),
        ("import os; os._exit(0)", "failed failed failed", "output_differs output_lacks exit_code"),
    ],
    ids=["length", "prefix", "exit code", "not caught", "index", "constants", "exits"],
)
def test_a_wrong_program_fails_at_its_case(source, outcome, codes):
    result = judged(source)

    assert (result.verdict, [test["status"] for test in result.tests]) == (Verdict.FAILED, outcome.split())
    assert [test["message"]["code"] for test in result.tests if test["message"]] == codes.split()


def test_an_exception_is_told_with_its_line():
    result = judged(SOLUTION.replace("sys.argv[2]", "sys.argv[9]"))

    assert (result.reason, result.details["line"], result.details["exception"]) == ("exception", 4, "IndexError")
    assert result.tests[0]["traceback"].startswith('Traceback (most recent call last):\n  File "main.py", line 4')
    assert "/work" not in json.dumps(result.tests)


@pytest.mark.parametrize(
    ("source", "limits", "verdict", "reason", "outcome"),
    [
        ("print(", {}, Verdict.CRASHED, "syntax_error", "skipped skipped skipped"),
        ("import nowhere", {}, Verdict.CRASHED, "import_error", "skipped skipped skipped"),
        ("import os; os.abort()", {}, Verdict.CRASHED, "exited", "failed skipped skipped"),
        (SOLUTION + "\nif not unit:\n    while True: pass", {"cpu_seconds": 1}, Verdict.TIMED_OUT, "",
         "passed failed skipped"),
        (SOLUTION + "\nif not unit:\n    import time; time.sleep(90)", {"wall_seconds": 2}, Verdict.TIMED_OUT, "",
         "passed failed skipped"),
        (SOLUTION + "\nif not unit: x = b'x' * 10**8; import time; time.sleep(9)", {"memory_bytes": 2**25},
         Verdict.MEMORY_EXCEEDED, "", "passed failed skipped"),
        (SOLUTION + "\nwhile not unit: print('x' * 999)", {}, Verdict.OUTPUT_EXCEEDED, "", "passed failed skipped"),
    ],
)  # fmt: skip
def test_the_first_run_that_ends_badly_is_the_last(source, limits, verdict, reason, outcome):
    result = judged(source, **limits)

    assert (result.verdict, result.reason) == (verdict, reason), result.details
    assert [test["status"] for test in result.tests] == outcome.split()
    assert result.details.get("test") == (None if outcome.startswith("skipped") else outcome.split().index("failed"))


TWICE = "".join(case(expect="{ exit_code = 0 }").replace("It prints", f"Run {n}") for n in range(4))


@pytest.mark.parametrize(
    ("source", "limits", "kind"),
    [
        ("import time; time.sleep(0.6)", {"wall_seconds": 2}, "wall"),
        ("import time\nwhile time.process_time() < 0.5: pass", {"cpu_seconds": 1.4}, "cpu"),
    ],
)
def test_all_runs_together_have_the_time_of_one(source, limits, kind):
    result = judged(source, TWICE, **limits)

    (limit,) = limits.values()
    assert (result.verdict, result.details["limit"], result.details["limit_kind"]) == (Verdict.TIMED_OUT, limit, kind)
    assert [test["status"] for test in result.tests][:2] == ["passed", "passed"]
    assert result.tests[3]["status"] in ("failed", "skipped")


def test_all_runs_together_have_the_output_of_one():
    judgement = judged("print('x' * 700)", TWICE, output_bytes=1000)

    assert (judgement.verdict, judgement.truncated) == ("output_exceeded", True)
    assert len(judgement.stdout) <= 1000


def test_progress_is_told_after_each_run_and_the_lease_is_asked_for_in_each():
    answered, asked, reports = [], [], []

    result = judge_files(
        version(TWICE), {"main.py": "import time; time.sleep(0.6)"}, SEED,
        on_progress=answered.append, keep_going=lambda: asked.append(len(answered)) or True, on_report=reports.append,
    )  # fmt: skip

    assert (result.verdict, answered) == (Verdict.PASSED, [1, 2, 3, 4])
    assert set(asked) == {0, 1, 2, 3}
    assert [(report.ending, len(report.observations)) for report in reports] == [(Ending.FINISHED, 4)]


def test_judging_stops_between_and_in_runs_when_it_may_not_go_on():
    answered = []

    with pytest.raises(JudgingInterrupted):
        judge_files(
            version(TWICE), {"main.py": "import time; time.sleep(0.8)"}, SEED,
            on_progress=answered.append, keep_going=lambda: len(answered) < 2,
        )  # fmt: skip

    assert answered == [1, 2]


def test_a_sandbox_that_fails_in_a_later_run_is_never_a_verdict(monkeypatch):
    reports = iter([Report(ending=Ending.FINISHED, detail=sandbox.Detail(exit_code=0))])

    def judge(job, **options):
        for report in reports:
            return report
        raise SandboxUnavailable("it is gone")

    monkeypatch.setattr(sandbox, "judge", judge)

    with pytest.raises(JudgingPostponed, match="it is gone"):
        judged("", TWICE)


def test_a_sandbox_that_is_too_slow_to_start_programs_is_never_a_verdict(monkeypatch):
    monkeypatch.setattr(judging, "SPARE_SECONDS", -0.9)
    monkeypatch.setattr(sandbox, "judge", lambda job, **options: time.sleep(0.2) or Report(ending=Ending.FINISHED))

    with pytest.raises(JudgingPostponed, match="takes too long"):
        judged("", TWICE, wall_seconds=1)


def test_the_answer_key_never_goes_into_the_sandbox(monkeypatch):
    jobs = []
    real = sandbox.judge
    monkeypatch.setattr(sandbox, "judge", lambda job, **options: jobs.append(job) or real(job, **options))

    judged(SOLUTION)

    (answer, *_) = expected(parse(SUM, kind="script"), SEED)
    assert [job.kind for job in jobs] == ["script"] * 3
    assert answer.stdout.split()[0] not in repr(jobs)
