"""Runs what a learner only tries out: one question at most, nothing is expected of the answer.

What comes of it are codes and parameters, as in exercises.judging; sentences are made in exercises.trial_results.

verdict      ran | failed | crashed | timed_out | memory_exceeded | output_exceeded
reason       ran               ""
             failed            "exception"    the learner's code raised: while it answered, or as a program
                               "blocked"      the same, because of something that the sandbox refuses
                               "no_answer"    details: error, as in exercises.judging
                               "no_function"  details: type, of what has its name instead; "" nothing
                               "unfit_value"  details: problem, type, path: what was returned is not JSON
             the others        as in exercises.judging
details      parameters as there, and traceback: with the learner's frames only
answer       null | {"status": int | null, "headers": [[name, value], ...], "more_headers": int, "body": str,
                     "media_type": str, "is_text": bool, "size": int, "truncated": bool, "ms": float}
             of a call the body is what it returned, as Python writes it; of a look what is on the page, a line for
             each element. size is that of the body in bytes, as far as it was read; a program has no answer: what it
             printed is its output. "outline" is there where a page was looked at that only a browser draws: see
             exercises.outlines
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sandbox
from courses.hostile_text import clean, shortened
from exercises import judging
from exercises.asking import question_of
from exercises.json_values import NotJSON, parse_json
from exercises.kinds import Question, function, streamlit
from exercises.kinds.examining import Answer
from exercises.kinds.function import Call
from exercises.kinds.http import Request, header
from exercises.kinds.script import Program
from exercises.limits import limits_for
from exercises.models import ExerciseVersion, Run, Trial
from exercises.outlines import DASH_LAYOUT, outline_of_dash, outline_of_streamlit
from exercises.tracebacks import last_traceback, without_folders
from sandbox import Ending, Report

Verdict = Run.Verdict

SHOWN_BODY = 32 * 1024  # characters that are kept
SHOWN_HEADERS = 40
SHOWN_HEADER = 500
SHOWN_MEDIA_TYPE = 100
TEXTUAL = re.compile(r"text/.*|application/(.*\+)?(json|xml|javascript|yaml|toml)|application/x-www-form-urlencoded|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What came of one trial; the fields are columns of Run, described at the top of this module."""

    verdict: Run.Verdict
    reason: str
    details: dict[str, Any]
    answer: dict[str, Any] | None
    level: str
    stdout: str
    stderr: str
    truncated: bool
    wall_ms: int
    cpu_ms: int
    memory_bytes: int


@dataclass(slots=True)
class Finding:
    """What one answer shows. reason is "" where nothing is wrong; raised is where to look for a traceback."""

    answer: dict[str, Any] | None = None
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    raised: bytes = b""


def observe(
    run: Run,
    *,
    keep_going: Callable[[], bool] | None = None,
    on_report: Callable[[Report], None] | None = None,
) -> dict[str, Any]:
    """Run the program of a claimed run's trial. What judging.judge() is for a submission, with the same exceptions."""
    trial = run.trial
    assert trial is not None  # noqa: S101 - what was handed in goes to exercises.judging
    question = question_of(trial.kind, trial.request)
    job = job_for(trial, question)
    try:
        report = sandbox.judge(job, keep_going=keep_going)
    except sandbox.SandboxUnavailable as error:
        raise judging.JudgingPostponed(str(error)) from error
    except sandbox.Interrupted as error:
        raise judging.JudgingInterrupted from error
    if on_report is not None:
        on_report(report)
    return asdict(sighting(report, question, trial.files, job.limits))


def job_for(trial: Trial, question: Question) -> sandbox.Job:
    kind = judging.JOB_KINDS[ExerciseVersion.Kind(trial.kind)]
    asks = not isinstance(question, Program)
    return sandbox.Job(
        kind=kind if asks else "script",
        framework=trial.framework or judging.NO_FRAMEWORK,
        files={path: text.encode() for path, text in trial.files.items()},
        limits=sandbox.Limits(**limits_for(trial.kind, trial.limits)),
        background=trial.run.is_in_batch,
        probes=[judging.probe_of(question)] if asks else [],
        arguments=question.arguments if isinstance(question, Program) else (),
        input=question.input.encode() if isinstance(question, Program) else b"",
        must_serve=trial.framework == ExerciseVersion.Framework.GEVENT,  # as where it is judged
    )


def sighting(report: Report, question: Question, files: Mapping[str, str], limits: sandbox.Limits) -> Sighting:
    finding = found_in(report, question)
    verdict = judging.verdict_of_end(report)
    if verdict is None and isinstance(question, Program) and report.detail.reason in judging.UNREADABLE:
        verdict = Verdict.CRASHED if report.detail.exit_code else None  # it never began
    if verdict is None:
        verdict = Verdict.FAILED if finding.reason else Verdict.RAN
        reason, details = finding.reason, finding.details
    elif verdict == Verdict.CRASHED:
        reason, details = judging.crash_reason(report), judging.crash_details(report)
        finding.raised = finding.raised or report.stderr
    else:
        reason, details = "", judging.exceeded(verdict, report, limits)
    found = last_traceback(finding.raised, files) if finding.raised else None
    if found is not None:
        seen = {name: getattr(found, name) for name in judging.RAISED}
        details = seen | details if verdict == Verdict.CRASHED else details | seen
        if found.line is not None:  # or it is but its last line, which is shown anyway
            details["traceback"] = found.text
        if verdict in (Verdict.RAN, Verdict.FAILED):
            verdict, reason = Verdict.FAILED, "blocked" if judging.BLOCKED.match(found.message) else "exception"
    return Sighting(
        verdict=verdict,
        reason=reason,
        details=details,
        answer=finding.answer,
        level=report.level,
        stdout=judging.output_of(report.stdout, limits),
        stderr=without_folders(judging.output_of(report.stderr, limits)),
        truncated=report.truncated,
        wall_ms=round(report.usage.wall_ms),
        cpu_ms=round(report.usage.cpu_ms),
        memory_bytes=report.usage.memory_bytes,
    )


def found_in(report: Report, question: Question) -> Finding:
    if isinstance(question, Program):
        exit_code = report.detail.exit_code
        finding = Finding(details={"exit_code": exit_code} if exit_code else {})
        if exit_code and report.ending == Ending.FINISHED:
            finding.raised = report.stderr
        return finding
    if not report.observations:
        return Finding()
    answer = report.observations[0]
    if answer.error:
        finding = Finding(reason="no_answer", details={"error": clean(answer.error, judging.SHOWN_NAME)})
        finding.raised = report.stderr
        if answer.status is not None and isinstance(question, Request):  # it had begun to answer
            finding.answer = _answered(answer)
        return finding
    match question:
        case Request():
            # All that was written: what the answer itself has of it is too short for some frameworks' tracebacks.
            shown = _answered(answer)
            if question.path == DASH_LAYOUT and answer.status == 200:
                shown["outline"] = outline_of_dash(answer.body)
            return Finding(shown, raised=report.stderr if answer.status == 500 else b"")
        case Call():
            return _called(answer)
        case _:
            return _looked(answer)


def _answered(answer: Answer) -> dict[str, Any]:
    """What is kept of an HTTP response."""
    media_type = clean(header(answer, "content-type") or "", SHOWN_MEDIA_TYPE).partition(";")[0].strip().lower()
    body = answer.body.decode(errors="replace")
    try:
        answer.body.decode()
        is_text = True
    except UnicodeDecodeError:
        is_text = TEXTUAL.fullmatch(media_type) is not None  # or else it is a picture and the like
    return _answer(body if is_text else "", answer) | {
        "headers": [
            [clean(name, SHOWN_HEADER), shortened(value, SHOWN_HEADER)]
            for name, value in answer.headers[:SHOWN_HEADERS]
        ],
        "more_headers": max(0, len(answer.headers) - SHOWN_HEADERS),
        "media_type": media_type,
        "is_text": is_text,
    }


def _answer(body: str, answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "headers": [],
        "more_headers": 0,
        "body": clean(body, SHOWN_BODY),
        "media_type": "",
        "is_text": True,
        "size": len(answer.body),
        "truncated": answer.truncated or len(body) > SHOWN_BODY,
        "ms": round(answer.elapsed_ms, 1),
    }


def _called(answer: Answer) -> Finding:
    """The body is what sandbox/harness/functions.py describes, or whatever the program has made of it."""
    try:
        found = parse_json(answer.body)
    except NotJSON:
        found = None
    match found:
        case {"value": value}:
            return Finding(_answer(repr(value), answer) | {"status": None})
        case {"raised": {"names": [str(name), *_], "message": str(message), "traceback": str(traceback)}}:
            details = {
                "exception": clean(name, judging.SHOWN_NAME),
                "message": shortened(message, judging.SHOWN_MESSAGE),
            }
            return Finding(None, "exception", details, traceback.encode(errors="replace"))
        case {"unfit": {"problem": str(problem), "type": str(kind), "path": str(path)}} if problem in function.PROBLEMS:
            unfit = {"problem": problem, "type": clean(kind, judging.SHOWN_NAME), "path": clean(path, 200)}
            return Finding(None, "unfit_value", unfit)
        case {"missing": {"type": str(kind)}}:
            return Finding(None, "no_function", {"type": clean(kind, judging.SHOWN_NAME)})
    return Finding(None, "no_answer", {"error": "malformed"})


def _looked(answer: Answer) -> Finding:
    examined = streamlit.Expectation().examine(answer)
    shown = _answer(str((examined.response or {}).get("body", "")), answer) | {"status": None}
    shown["outline"] = outline_of_streamlit(streamlit.elements_in(answer))
    if examined.miss is None:
        return Finding(shown)
    message = examined.miss.message
    if message["code"] == "exception":
        return Finding(shown, "exception", {name: message[name] for name in ("exception", "message")}, examined.raised)
    return Finding(None, "no_answer", {"error": clean(str(message.get("error", "malformed")), judging.SHOWN_NAME)})
