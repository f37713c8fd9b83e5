"""The publish gate: an exercise is sound when the sandbox shows that its reference passes, that its starter runs and
does not pass, and that each of its wrong files fails at the case it names. What is answered instead of coded is sound
as soon as it can be saved (exercises.content). Worker side."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.timezone import now

from exercises.answers import ANSWERED
from exercises.content import ENTRY, case_named_in
from exercises.judging import Judgement, JudgingPostponed, judge_files
from exercises.models import ExerciseCheck, ExerciseVersion, Run

logger = logging.getLogger(__name__)

# Of the random values: the reference must pass for any, so it is tried with several.
SEEDS = (1, 2, 3)
INTERNAL_ERROR = "The check itself failed; the worker's log says why."


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one program. problem is "" when it did as it should; not_passed are the names of cases."""

    program: str  # solution, starter or wrong/returns-text.py; cases.toml where there is no program
    verdict: str
    reason: str
    not_passed: list[str]
    problem: str


@dataclass(frozen=True, slots=True)
class GateReport:
    findings: list[Finding]

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.problem]

    @property
    def is_green(self) -> bool:
        return not self.problems


def check_version(version: ExerciseVersion) -> GateReport:
    """Run the version's own files in the sandbox: a few seconds. Raises JudgingPostponed when that is down."""
    return GateReport(list(_findings(version)))


def run_check(check_id: int) -> None:
    """Do a check that was asked for and store what came of it; does nothing when it is gone or done.

    A bug of ours is stored like a sandbox that is down, and logged: a check that waits for ever helps nobody.
    """
    check = ExerciseCheck.objects.select_related("version").filter(pk=check_id).first()
    if check is None or check.status != ExerciseCheck.Status.PENDING:
        return
    try:
        report = check_version(check.version)
    except JudgingPostponed as error:
        logger.warning("check %s: the sandbox is not available: %s", check.pk, error)
        _store_unavailable(check, str(error))
    except Exception:
        logger.exception("check %s: internal error", check.pk)
        _store_unavailable(check, INTERNAL_ERROR)
    else:
        _store(check, report)


def record(version: ExerciseVersion, report: GateReport) -> ExerciseCheck:
    """Remember a check that nobody had asked for."""
    return _store(ExerciseCheck(version=version), report)


def _store(check: ExerciseCheck, report: GateReport) -> ExerciseCheck:
    check.status = ExerciseCheck.Status.PASSED if report.is_green else ExerciseCheck.Status.FAILED
    check.findings = [asdict(finding) for finding in report.findings]
    check.finished_at = now()
    check.save()
    return check


def _store_unavailable(check: ExerciseCheck, reason: str) -> None:
    check.status, check.reason, check.finished_at = ExerciseCheck.Status.UNAVAILABLE, reason, now()
    check.save()


def _findings(version: ExerciseVersion) -> Iterator[Finding]:
    if version.kind in ANSWERED:
        yield Finding("cases.toml", "", "answered", [], "")  # nothing to run: it was checked when it was saved
        return
    for seed in SEEDS:
        judgement = judge_files(version, version.solution, seed)
        if judgement.verdict != Run.Verdict.PASSED:
            break
    yield _finding("solution", judgement, _problem_of_solution(judgement))
    judgement = judge_files(version, version.starter, SEEDS[0])
    yield _finding("starter", judgement, _problem_of_starter(judgement))
    for name, text in version.wrong.items():
        judgement = judge_files(version, {**version.solution, ENTRY: text}, SEEDS[0])
        yield _finding(f"wrong/{name}", judgement, _problem_of_wrong(judgement, case_named_in(text)))


def _finding(program: str, judgement: Judgement, problem: str) -> Finding:
    not_passed = [test["name"] for test in judgement.tests if test["status"] != "passed"]
    return Finding(program, judgement.verdict.value, judgement.reason, not_passed, problem)


def _problem_of_solution(judgement: Judgement) -> str:
    return "" if judgement.verdict == Run.Verdict.PASSED else f"The reference must pass; it {_what(judgement)}."


def _problem_of_starter(judgement: Judgement) -> str:
    if judgement.verdict == Run.Verdict.FAILED:
        return ""
    return f"The starter must run and not pass; it {_what(judgement)}."


def _problem_of_wrong(judgement: Judgement, named: str) -> str:
    statuses: Mapping[str, Any] = {test["name"]: test["status"] for test in judgement.tests}
    if statuses.get(named) in ("failed", "error"):
        return ""
    return f"It must fail at the case “{named}”; it {_what(judgement)}."


def _what(judgement: Judgement) -> str:
    words = {
        Run.Verdict.PASSED: "passes",
        Run.Verdict.FAILED: "fails",
        Run.Verdict.CRASHED: "does not start or ends by itself",
        Run.Verdict.TIMED_OUT: "takes too long",
        Run.Verdict.MEMORY_EXCEEDED: "needs too much memory",
        Run.Verdict.OUTPUT_EXCEEDED: "prints too much",
    }[judgement.verdict]
    failed = [test["name"] for test in judgement.tests if test["status"] in ("failed", "error")]
    where = f" at {'; '.join(failed)}" if failed else ""
    why = judgement.details.get("message") or judgement.reason.replace("_", " ")
    return words + where + (f" ({why})" if why else "")
