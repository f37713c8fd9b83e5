"""From what the sandbox observed to a verdict. The answer key stays on this side.

`judge(run)` and `judge_files(version, files, seed)` ask the sandbox to serve the files and to send the requests of the
cases; the answers come back as observations and are compared here. Nothing that the program prints, no exit code and no
file of it is ever a verdict.

What is stored are codes and parameters; sentences are made from them when a page is rendered (exercises.results).

verdict      passed | failed | crashed | timed_out | memory_exceeded | output_exceeded
reason       refines it:
             passed            ""
             failed            "mismatch"    at least one answer is not the expected one
                               "exception"   the first test that did not pass raised in the learner's code
                               "blocked"     the same, because of something that the sandbox refuses
                               "unfinished"  the starter's placeholder is still there; wins over the other reasons
             crashed           "syntax_error" | "import_error" | "no_app" | "exited" | "exception" | "blocked"
             *_exceeded, timed_out   ""
details      parameters of the headline, every key optional:
             exception, message   as Python words them, last line of the traceback
             file, line, column, source   where it happened in the learner's files (relative path)
             exit_code, signal    of a program that ended by itself
             installed            what can be imported (import_error)
             functions            ["item", ...] whose body is still `...`, [] when the starter is unchanged (unfinished)
             limit                seconds or bytes that were exceeded
             limit_kind           "cpu" | "wall" | "answer": of which clock the seconds were (timed_out)
             next_try_at          ISO 8601; of a run that is queued again because we could not judge it
             test                 index (from 0) of the test that was running when the program ended or was ended
tests        one object a case, in the author's order:
             {"name": str,
              "status": "passed" | "failed" | "error" | "skipped",     error: the learner's code raised while answering
              "message": null | {"code": ..., parameters},             null when passed
              "why": str,                                              the author's sentence; "" when passed or skipped
              "request": {"method", "path", "headers": {..}?, "body": str?, "clients": int?}
                       | {"call": "rank({...})"} | {"run": "python main.py 3", "input": str?}
                       | {"interact": {"set": [["Region", '"South"']]?, "clicked": "go"?} | {"each_option": [type, ..]}
                          | str},                               str: in English, of runs before these were codes
              "response": null | {"status": int | null, "headers": {..}, "body": str, "truncated": bool},
                          of a run the status is the exit code and the body what was printed;
                          of a call the body is what it returned, as Python writes it, or what it raised;
                          of an interaction what is on the page, a line for each element
              "expected": str | null, "actual": str | null,            short, no language; null when passed
              "traceback": str,                                        of status error, with the learner's frames only
              "duration_ms": float | null}
message      {"code": "status", "expected": [200, ...], "actual": 404}
             {"code": "content_type", "expected": "application/json", "actual": "text/html" | ""}
             {"code": "header", "name": "Allow", "expected": "GET", "actual": "..." | null}
             {"code": "not_json", "problem": "empty" | "encoding" | "syntax" | "duplicate_key" | "too_deep" | "number",
                                  "line"?: int, "column"?: int, "key"?: str}
             {"code": "json_differs", "path": "items[0].name" ("" = the whole), "expected": str, "actual": str,
                                      "difference": "value" | "type" | "missing" | "unexpected" | "length"}
                  expected and actual are JSON texts, cut; for "type" also "expected_type" and "actual_type" (object,
                  array, string, number, boolean, null); "missing"/"unexpected": the member's name is the end of path
             {"code": "text_missing", "expected": "..."}
             {"code": "no_figure", "path": "response.chart.figure"}
             {"code": "figure_differs", "axis": "y", "expected": "[1, 2]", "actual": "[1, 2, 3]"}    of a chart
             {"code": "figure_traces", "expected": 1, "actual": 4}
             {"code": "no_component", "type": "Dropdown" | "", "id": "region" | "", "actual": "Div" | ""}    of a Dash
                  layout; actual: what has the id instead
             {"code": "no_content", "expected": "..."}    of a component
             {"code": "no_option", "expected": "West", "actual": '["North", "South"]'}
             {"code": "too_slow", "clients": 20, "expected_ms": 1000, "actual_ms": 4100}
             {"code": "too_fast", "expected_ms": 190, "actual_ms": 3}
             {"code": "value_differs", ...}    as json_differs; values and types as Python writes them (dict, list, str,
                  bool, int, float, None)
             {"code": "unfit_value", "problem": "type" | "key" | "number" | "too_deep" | "too_large" | "unreadable",
                                     "type": "set", "path": "[0].tags"}    a call returned what is not JSON
             {"code": "no_function", "type": "int"}    what has the function's name instead; "" nothing
             {"code": "not_raised", "expected": "ValueError", "actual": "None"}
             {"code": "message_lacks", "expected": "speed", "actual": "unknown criterion"}    of the exception
             {"code": "output_differs", "line": 3, "expected": str | null, "actual": str | null}    null: no such line
             {"code": "output_lacks", "expected": "..."}
             {"code": "exit_code", "expected": 0, "actual": 1 | null}
             {"code": "no_element", "types": ["line_chart"]}    on a page, any of these; older runs have "type" in words
             {"code": "element_count", "types": ["line_chart"], "expected": 1, "actual": 2}
             {"code": "element_differs", "types": ["title"], "expected": str, "actual": str,
                  "part": "text" | "text_contains" | "value" | "values" | "rows" | "options" | "min_options"}
             {"code": "interaction_refused", "problem": "unknown_key" | "invalid_value" | ..., "message": str}
             {"code": "no_choice"}    there is nothing to choose from
             {"code": "no_filter", "widget": "Region", "option": "South", "other"?: "North",
                                   "problem": "no_chart" | "no_rows" | "unstable" | "same" | "other_rows"}
             {"code": "no_answer",
                  "error": "refused" | "closed" | "timeout" | "malformed" | "too_large" | "page_too_large" |
                           "ended" | "stopped" | "signal"}    not of requests; the last two of a program that was ended,
                                                              by us or by a signal
             {"code": "exception", "exception": "KeyError", "message": "99",
                                   "file": "main.py" | "", "line": 9 | null, "source": str}
             {"code": "wrong_exception", "expected": "ValueError", ...}    as exception, where another was to be raised
             {"code": "not_reached", "stopped": bool}                  with status skipped; stopped: we ended the
                                                                       program at a limit, it did not end by itself
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, Literal

import sandbox
from courses.hostile_text import clean, shortened
from exercises.cases import Case, expected, questions
from exercises.kinds import Expectation, Question
from exercises.kinds.examining import Miss
from exercises.kinds.function import Call
from exercises.kinds.http import ATTEMPTS, Request
from exercises.kinds.script import Program
from exercises.kinds.streamlit import Interaction
from exercises.limits import limits_for
from exercises.models import ExerciseVersion, Run
from exercises.placeholders import untouched
from exercises.tracebacks import last_traceback, without_folders
from sandbox import Ending, Observation, Report

Verdict = Run.Verdict

SHOWN_NAME = 200  # characters
SHOWN_MESSAGE = 500

NO_FRAMEWORK = "python"  # as the sandbox calls it
JOB_KINDS: Mapping[ExerciseVersion.Kind, Literal["http", "function", "script"]] = {
    ExerciseVersion.Kind.HTTP: "http",
    ExerciseVersion.Kind.FUNCTION: "function",
    ExerciseVersion.Kind.SCRIPT: "script",
    ExerciseVersion.Kind.STREAMLIT: "http",
}

SPARE_SECONDS = 20  # for the starts of a program that is run several times, which are not its own time
LEAST_SECONDS = 0.1  # that the last of these runs gets of each clock

# Verdicts of endings other than FINISHED.
VERDICTS = {
    Ending.MEMORY_EXCEEDED: Verdict.MEMORY_EXCEEDED,
    Ending.TIMED_OUT: Verdict.TIMED_OUT,
    Ending.OUTPUT_EXCEEDED: Verdict.OUTPUT_EXCEEDED,
    Ending.EXITED: Verdict.CRASHED,
    Ending.SIGNALLED: Verdict.CRASHED,
    Ending.NOT_READY: Verdict.CRASHED,
}
RAISED = ("exception", "message", "file", "line", "source")  # parameters of an exception
RAISING = frozenset({"exception", "wrong_exception"})  # codes of messages that have them
# What the system answers where the sandbox has closed something: not permitted, read-only, no network, no name server.
BLOCKED = re.compile(r"(?:<urlopen error )?\[Errno (?:1|13|30|101|-2|-3)\]")
STOPPED = frozenset({Verdict.MEMORY_EXCEEDED, Verdict.TIMED_OUT, Verdict.OUTPUT_EXCEEDED})  # by us, at a limit
UNREADABLE = frozenset({"syntax_error", "import_error"})  # reasons why a program never began
CRASH_REASONS = frozenset({"syntax_error", "import_error", "no_app", "exited", "exception", "blocked"})


class JudgingPostponed(Exception):
    """The sandbox could not be had: nothing is known about the program, and it should be tried again."""


class JudgingInterrupted(Exception):
    """keep_going said no: the program was ended, and there is no result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of one run; the fields are columns of Run, described at the top of this module."""

    verdict: Run.Verdict
    reason: str
    details: dict[str, Any]
    tests: list[dict[str, Any]]
    score: float
    level: str
    stdout: str
    stderr: str
    truncated: bool
    wall_ms: int
    cpu_ms: int
    memory_bytes: int


def judge(
    run: Run,
    *,
    keep_going: Callable[[], bool] | None = None,
    on_progress: Callable[[int], None] | None = None,
    on_report: Callable[[Report], None] | None = None,
    background: bool = False,
) -> dict[str, Any]:
    """Execute what a claimed run is about. Returns the keyword arguments for Run.objects.finish(); writes nothing.

    In the background it yields the processor to everything else; what then took too long is judged once more without
    that, because it may have been us.

    keep_going is asked about twice a second, on_progress is told the number of cases answered so far, on_report what
    the sandbox saw, before it is judged.

    Raises JudgingPostponed when the sandbox is down and JudgingInterrupted when keep_going said no.
    Any other exception is a bug and goes up.
    """
    judge_now = partial(
        judge_files,
        run.version,
        run.files,
        run.seed,
        keep_going=keep_going,
        on_progress=on_progress,
        on_report=on_report,
    )
    judgement = judge_now(background=background)
    if background and took_too_long(judgement):
        judgement = judge_now()
    return asdict(judgement)


def took_too_long(judgement: Judgement) -> bool:
    """Whether it is a matter of time that a program did not pass."""
    messages = (test["message"] or {} for test in judgement.tests)
    return judgement.verdict == Verdict.TIMED_OUT or any(
        message.get("code") == "too_slow" or message.get("error") == "timeout" for message in messages
    )


def limits_of(version: ExerciseVersion) -> sandbox.Limits:
    """What a program may use."""
    return sandbox.Limits(**limits_for(version.kind, version.limits))


def judge_files(
    version: ExerciseVersion,
    files: Mapping[str, str],
    seed: int,
    *,
    keep_going: Callable[[], bool] | None = None,
    on_progress: Callable[[int], None] | None = None,
    on_report: Callable[[Report], None] | None = None,
    background: bool = False,
) -> Judgement:
    """What judge() does, for files that nobody handed in."""
    cases: list[Case] = version.cases
    if not cases:
        raise ValueError(f"{version!r} was saved with mistakes: it has nothing to be judged by")
    asked = questions(cases, seed)
    job = sandbox.Job(
        kind=JOB_KINDS[ExerciseVersion.Kind(version.kind)],
        framework=version.framework or NO_FRAMEWORK,
        files={path: text.encode() for path, text in files.items()},
        limits=limits_of(version),
        must_serve=version.framework == ExerciseVersion.Framework.GEVENT,  # a server: serving is what is to be learnt
        background=background,
    )
    try:
        if job.kind == "script":
            report = _run_anew(job, asked, keep_going, on_progress or (lambda _: None))
        else:
            job = replace(job, probes=[probe_of(question) for question in asked])
            report = sandbox.judge(job, keep_going=keep_going, on_progress=on_progress)
    except sandbox.SandboxUnavailable as error:
        raise JudgingPostponed(str(error)) from error
    except sandbox.Interrupted as error:
        raise JudgingInterrupted from error
    if on_report is not None:
        on_report(report)
    return judgement(report, cases, seed=seed, files=files, starter=version.starter, limits=job.limits)


def probe_of(question: Question) -> sandbox.Probe:
    """How the sandbox is told what to ask."""
    match question:
        case Request():
            probe = sandbox.HttpProbe(question.method, question.path, question.headers, question.body)
            return sandbox.Burst(probe, question.clients, ATTEMPTS) if question.clients > 1 else probe
        case Call():
            return sandbox.FunctionProbe(question.function, question.arguments, question.keywords)
        case Interaction(each_option=()):
            return sandbox.WidgetProbe(question.widgets, question.trigger)
        case Interaction():
            return sandbox.WidgetSweep(question.each_option)
        case _:
            raise TypeError(f"the sandbox cannot ask {question!r}")


def _run_anew(
    job: sandbox.Job,
    asked: Sequence[Question],
    keep_going: Callable[[], bool] | None,
    on_progress: Callable[[int], None],
) -> Report:
    """Run a program once for each question, within the limits of *job* for all of them, and report it as one.

    An observation has what was printed as its body and the exit code as its status. The first run that ends by a limit
    or a signal is the last one; so is one that shows that Python cannot even read the program.
    """
    reports: list[Report] = []
    observations: list[Observation] = []
    began = monotonic()
    for question in asked:
        assert isinstance(question, Program)  # noqa: S101 - the cases of this kind ask nothing else
        if monotonic() - began > job.limits.wall_seconds + SPARE_SECONDS:
            raise JudgingPostponed("the sandbox takes too long to start programs")
        report = sandbox.judge(
            replace(
                job,
                arguments=question.arguments,
                input=question.input.encode(),
                limits=_what_is_left(job.limits, reports),
            ),
            keep_going=keep_going,
        )
        reports.append(report)
        is_over = report.ending != Ending.FINISHED
        if not observations and report.detail.exit_code and report.detail.reason in UNREADABLE:
            reports[-1] = replace(report, ending=Ending.EXITED)
            break
        error = ("signal" if report.ending == Ending.SIGNALLED else "stopped") if is_over else ""
        observations.append(
            Observation(
                status=report.detail.exit_code,
                body=report.stdout,
                stderr=report.stderr,
                elapsed_ms=report.usage.wall_ms,
                error=error,
            )
        )
        on_progress(len(observations))
        if is_over:
            break
    return replace(
        reports[-1],
        observations=observations,
        stdout=b"".join(report.stdout for report in reports),
        stderr=b"".join(report.stderr for report in reports),
        usage=_together(reports),
    )


def _together(reports: Sequence[Report]) -> sandbox.Usage:
    usages = [report.usage for report in reports]
    return sandbox.Usage(
        wall_ms=sum(usage.wall_ms for usage in usages),
        cpu_ms=sum(usage.cpu_ms for usage in usages),
        memory_bytes=max((usage.memory_bytes for usage in usages), default=0),
    )


def _what_is_left(limits: sandbox.Limits, reports: Sequence[Report]) -> sandbox.Limits:
    used = _together(reports)
    printed = sum(len(report.stdout) + len(report.stderr) for report in reports)
    return replace(
        limits,
        wall_seconds=max(limits.wall_seconds - used.wall_ms / 1000, LEAST_SECONDS),
        cpu_seconds=max(limits.cpu_seconds - used.cpu_ms / 1000, LEAST_SECONDS),
        output_bytes=max(limits.output_bytes - printed, 1),
    )


def judgement(
    report: Report,
    cases: Sequence[Case],
    *,
    seed: int,
    files: Mapping[str, str],
    starter: Mapping[str, str],
    limits: sandbox.Limits,
) -> Judgement:
    """The verdict on what was observed. Raises ValueError when the report cannot be about these cases."""
    observed = report.observations
    if len(observed) > len(cases) or (report.ending == Ending.FINISHED and len(observed) < len(cases)):
        raise ValueError(f"{len(observed)} observations of {len(cases)} cases, and the program {report.ending}")
    keys = list(zip(cases, questions(cases, seed), expected(cases, seed), strict=True))
    tests = [_test(*key, observation, files) for key, observation in zip(keys, observed, strict=False)]
    verdict = verdict_of_end(report) or verdict_of_tests(tests)
    tests += [_skipped(case, question, verdict) for case, question, _ in keys[len(observed) :]]
    # A program that does not start has a mistake to show, whatever else is still open in it.
    open_functions = untouched(files, starter) if verdict == Verdict.FAILED else None
    if open_functions is None:
        reason = _reason(verdict, report, tests)
        details = _details(verdict, report, tests, limits)
    else:
        reason, details = "unfinished", {"functions": open_functions}
    return Judgement(
        verdict=verdict,
        reason=reason,
        details=details,
        tests=tests,
        score=round(sum(test["status"] == "passed" for test in tests) / len(tests), 4),
        level=report.level,
        stdout=output_of(report.stdout, limits),
        stderr=without_folders(output_of(report.stderr, limits)),
        truncated=report.truncated,
        wall_ms=round(report.usage.wall_ms),
        cpu_ms=round(report.usage.cpu_ms),
        memory_bytes=report.usage.memory_bytes,
    )


def verdict_of_end(report: Report) -> Run.Verdict | None:
    """The verdict that the end of the program decides; None when it answered everything."""
    verdict = VERDICTS.get(report.ending)
    if report.truncated and verdict not in (Verdict.MEMORY_EXCEEDED, Verdict.TIMED_OUT):
        return Verdict.OUTPUT_EXCEEDED  # the program ended at the cap, or before the cap was noticed
    return verdict


def verdict_of_tests(tests: Sequence[Mapping[str, Any]]) -> Run.Verdict:
    return Verdict.PASSED if all(test["status"] == "passed" for test in tests) else Verdict.FAILED


def _reason(verdict: Run.Verdict, report: Report, tests: Sequence[Mapping[str, Any]]) -> str:
    if verdict == Verdict.CRASHED:
        return crash_reason(report)
    if verdict == Verdict.FAILED:
        raised = _raised(tests)
        if raised is None:
            return "mismatch"
        return "blocked" if BLOCKED.match(raised["message"]) else "exception"
    return ""


def crash_reason(report: Report) -> str:
    default = "no_app" if report.ending == Ending.NOT_READY else "exited"
    return report.detail.reason if report.detail.reason in CRASH_REASONS else default


def _raised(tests: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The exception of the first test that did not pass, if that was the reason."""
    first = next(test for test in tests if test["status"] != "passed")
    return {name: first["message"][name] for name in RAISED} if first["status"] == "error" else None


def _details(
    verdict: Run.Verdict, report: Report, tests: Sequence[Mapping[str, Any]], limits: sandbox.Limits
) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if verdict == Verdict.CRASHED:
        details = crash_details(report)
    elif verdict == Verdict.FAILED:
        details = _raised(tests) or {}
    else:
        details = exceeded(verdict, report, limits)
    if verdict not in (Verdict.PASSED, Verdict.FAILED) and report.observations:
        details["test"] = len(report.observations) - 1
    return details


def exceeded(verdict: Run.Verdict, report: Report, limits: sandbox.Limits) -> dict[str, Any]:
    """The limit that was reached, where *verdict* says that one was."""
    if verdict == Verdict.TIMED_OUT:
        return dict(zip(("limit", "limit_kind"), time_limit(report, limits), strict=True))
    if verdict == Verdict.MEMORY_EXCEEDED:
        return {"limit": limits.memory_bytes}
    return {"limit": limits.output_bytes} if verdict == Verdict.OUTPUT_EXCEEDED else {}


def time_limit(report: Report, limits: sandbox.Limits) -> tuple[float, str]:
    """The limit that was reached, in seconds, and of which clock."""
    if report.usage.cpu_ms >= 1000 * limits.cpu_seconds:
        return limits.cpu_seconds, "cpu"
    timed_out = report.observations and report.observations[-1].error == "timeout"
    if timed_out and report.usage.wall_ms < 1000 * limits.wall_seconds:
        return sandbox.PROBE_SECONDS, "answer"
    return limits.wall_seconds, "wall"


def crash_details(report: Report) -> dict[str, Any]:
    """What the inside says about the end of the program, without what it left empty."""
    said = report.detail
    details: dict[str, Any] = {
        "exception": clean(said.exception, SHOWN_NAME),
        "message": shortened(said.message, SHOWN_MESSAGE),
        "file": clean(said.file, SHOWN_NAME),
        "line": said.line,
        "column": said.column,
        "source": shortened(said.source, SHOWN_MESSAGE),
        "exit_code": said.exit_code,
        "signal": clean(said.signal, SHOWN_NAME),
    }
    if said.reason == "import_error":
        details["installed"] = list(sandbox.installed_packages())
    return {name: value for name, value in details.items() if value not in ("", None)}


def _test(
    case: Case, question: Question, expectation: Expectation, observation: Observation, files: Mapping[str, str]
) -> dict[str, Any]:
    """The result of a case whose question was asked."""
    examined = expectation.examine(observation)
    miss = _no_answer(question, observation) or examined.miss
    result = _asked(case, question) | {
        "status": "passed",
        "response": examined.response,
        "duration_ms": round(observation.elapsed_ms, 1),
    }
    if miss is None:
        return result
    message = miss.message
    raised = observation.stderr if observation.error else examined.raised
    if raised and (found := last_traceback(raised, files)):
        message = message if message["code"] in RAISING else {"code": "exception"}
        message = message | {name: getattr(found, name) for name in RAISED}
        result["traceback"] = found.text
    status = "error" if message["code"] in RAISING else "failed"
    return result | {
        "status": status,
        "message": message,
        "why": case["why"],
        "expected": miss.expected,
        "actual": miss.actual,
    }


def _skipped(case: Case, question: Question, verdict: Run.Verdict) -> dict[str, Any]:
    """The result of a case whose question was never asked."""
    message = {"code": "not_reached", "stopped": verdict in STOPPED}
    return _asked(case, question) | {"status": "skipped", "message": message}


def _asked(case: Case, question: Question) -> dict[str, Any]:
    """What is known of a case before its question is asked; status and message are still to come."""
    return {
        "name": case["name"],
        "status": "",
        "message": None,
        "why": "",
        "request": question.shown,
        "response": None,
        "expected": None,
        "actual": None,
        "traceback": "",
        "duration_ms": None,
    }


def _no_answer(question: Question, observation: Observation) -> Miss | None:
    if not observation.error:
        return None
    # Who did not write a server knows of no connections.
    is_over = observation.error in ("closed", "refused") and not isinstance(question, Request)
    error = "ended" if is_over else clean(observation.error, SHOWN_NAME)
    return Miss({"code": "no_answer", "error": error}, "", "")


def output_of(output: bytes, limits: sandbox.Limits) -> str:
    return clean(output, limits.output_bytes)
