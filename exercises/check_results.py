"""A check of an exercise as staff see it, in finished sentences: each program with the panel of a learner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exercises.checking import Problem, problem_of
from exercises.models import CourseCheck, ExerciseCheck, Run, Submission
from exercises.models.check import SOLUTION, STARTER
from exercises.outcomes import Look, outcome_of, tests_pass
from exercises.results import SHORT, Result, result_of

SHOULD = {
    "must_pass": gettext_lazy("The reference must pass every case, whatever the random values are."),
    "must_fail": gettext_lazy("The start code must run, and must not pass."),
}
STANDINGS = {
    "right": (gettext_lazy("As it should be"), Look("good", "check")),
    "wrong": (gettext_lazy("Not as it should be"), Look("bad", "cross")),
    "waiting": (gettext_lazy("Waiting"), Look("neutral", "clock")),
    "running": (gettext_lazy("Running"), Look("hold", "clock")),
    "stopped": (gettext_lazy("Stopped"), Look("neutral", "square")),
    "unavailable": (gettext_lazy("Could not be run"), Look("info", "cloud")),
}
HEADLINES = {
    ExerciseCheck.Status.PENDING: gettext_lazy("The programs are being run"),
    ExerciseCheck.Status.PASSED: gettext_lazy("Every program does what it should"),
    ExerciseCheck.Status.FAILED: gettext_lazy("Something is wrong"),  # where no program says what
    ExerciseCheck.Status.UNAVAILABLE: gettext_lazy("Not every program could be run"),
    ExerciseCheck.Status.CANCELLED: gettext_lazy("The check was stopped"),
}
BY_STATUS = {
    Run.Status.QUEUED: "waiting",
    Run.Status.RUNNING: "running",
    Run.Status.CANCELLED: "stopped",
    Run.Status.BROKEN: "unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramResult:
    """One program of a check. id is unique on the page; problem is "" unless standing is wrong.

    result is None while it waits, and where it was stopped.
    """

    id: str
    program: str
    title: str
    standing: str
    word: str
    tone: str
    icon: str
    problem: str
    brief: str  # what came of it, in a phrase
    seeds: int  # with how many different random values it is run,
    done: int  # and how many of these runs have ended
    result: Result | None
    files: dict[str, str]


def program_results(check: ExerciseCheck) -> list[ProgramResult]:
    """In the order in which they run: one query, and a question to Redis for the one that is running."""
    by_program: dict[str, list[Run]] = {}
    for run in check.runs.order_by("pk"):
        run.exercise_check = check
        by_program.setdefault(run.program, []).append(run)
    return [_program_result(check, number, name, runs) for number, (name, runs) in enumerate(by_program.items(), 1)]


def _program_result(check: ExerciseCheck, number: int, name: str, runs: Sequence[Run]) -> ProgramResult:
    """Of several runs of a program the one that tells most: the first that is not as it should be, else the last."""
    run, standing, problem = runs[-1], "right", None
    for each in runs:
        problem = problem_of(each, check.version) if each.status == Run.Status.DONE else None
        standing = "wrong" if problem else BY_STATUS.get(Run.Status(each.status), "right")
        run = each
        if standing != "right":
            break
    word, look = STANDINGS[standing]
    files = check.files_of(name)
    result = panel_of(run, files, f"program-{number}") if standing not in ("waiting", "stopped") else None
    return ProgramResult(
        id=f"program-{number}",
        program=name,
        title=title_of(name),
        standing=standing,
        word=str(word),
        tone=look.tone,
        icon=look.icon,
        problem=sentence(problem, run) if problem else "",
        brief=brief(run) if run.status == Run.Status.DONE else "",
        seeds=len(runs),
        done=sum(not each.is_pending for each in runs),
        result=result,
        files=files,
    )


def panel_of(run: Run, files: dict[str, str], place: str) -> Result:
    """What a learner who had handed in *files* would see, but for what only a learner can do then."""
    attempt = Submission(exercise_version=run.version, files=files)  # never stored
    attempt.newest_runs = [run]
    result = result_of(attempt, number=0, may_act=False)
    failing_id = result.failing_id and f"{place}-failing"
    return replace(result, panel_url="", events_url="", url="", code_id=f"{place}-code", failing_id=failing_id)


def title_of(program: str) -> str:
    if program == SOLUTION:
        return _("Reference")
    return _("Start code") if program == STARTER else program


def sentence(problem: Problem, run: Run) -> str:
    """What should have come of *run*, and what did."""
    should = SHOULD.get(problem.code) or _("This mistake must fail at the case “%(case)s”.") % {"case": problem.case}
    failed = [test["name"] for test in run.tests if test["status"] in ("failed", "error")]
    if failed and problem.code != "must_fail":
        did = _("It failed at: %(cases)s.") % {"cases": "; ".join(failed)}
    else:
        did = _("What came of it: %(outcome)s.") % {"outcome": brief(run)}
    return f"{should} {did}"


def brief(run: Run) -> str:
    """A phrase: all 4 tests pass, time limit, did not start."""
    details = run.details.get("message") if run.verdict == Run.Verdict.CRASHED else ""
    outcome = outcome_of(run)
    phrase = str(SHORT[outcome]) if outcome in SHORT else tests_pass(run)
    return f"{phrase} ({details})" if details else phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A check as a whole. done of total runs have ended; said is what a screen reader hears when it changes."""

    check: ExerciseCheck
    programs: list[ProgramResult]
    headline: str
    tone: str
    icon: str
    done: int
    total: int
    said: str


CHECK_LOOKS = {
    ExerciseCheck.Status.PENDING: Look("hold", "clock"),
    ExerciseCheck.Status.PASSED: Look("good", "check"),
    ExerciseCheck.Status.FAILED: Look("bad", "cross"),
    ExerciseCheck.Status.UNAVAILABLE: Look("info", "cloud"),
    ExerciseCheck.Status.CANCELLED: Look("neutral", "square"),
}


def check_result(check: ExerciseCheck) -> CheckResult:
    """The queries of program_results()."""
    programs = program_results(check)
    look = CHECK_LOOKS[ExerciseCheck.Status(check.status)]
    headline = headline_of(check, sum(program.standing == "wrong" for program in programs))
    return CheckResult(
        check=check,
        programs=programs,
        headline=headline,
        tone=look.tone,
        icon=look.icon,
        done=sum(program.done for program in programs),
        total=sum(program.seeds for program in programs),
        said=headline,
    )


def headline_of(check: ExerciseCheck, wrong: int) -> str:
    """*wrong*: how many programs did otherwise."""
    if wrong and not check.is_pending:
        text = ngettext(
            "%(count)d program does not do what it should", "%(count)d programs do not do what they should", wrong
        )
        return text % {"count": wrong}
    return str(HEADLINES[ExerciseCheck.Status(check.status)])


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """One exercise of a course that is checked. is_draft: its draft is still the version that was checked."""

    check: ExerciseCheck
    title: str
    word: str
    tone: str
    icon: str
    done: int
    total: int
    is_draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCheckResult:
    """A course as it is checked; rows begin with what is wrong. done and total count runs."""

    rows: list[CourseRow]
    headline: str
    tone: str
    icon: str
    done: int
    total: int
    said: str
    is_pending: bool
    is_repeatable: bool


ROW_ORDER = ("failed", "unavailable", "cancelled", "pending", "passed")


def course_check_result(course_check: CourseCheck) -> CourseCheckResult:
    """One query for any number of exercises."""
    checks = course_check.checks.with_counts().select_related("version__exercise").order_by("pk")
    rows = sorted(map(course_row, checks), key=lambda row: ROW_ORDER.index(row.check.status))
    statuses = [row.check.status for row in rows]
    red = statuses.count(ExerciseCheck.Status.FAILED)
    is_repeatable = any(status in ExerciseCheck.REPEATABLE for status in statuses)
    if is_pending := ExerciseCheck.Status.PENDING in statuses:
        headline, status = _("The exercises are being checked"), ExerciseCheck.Status.PENDING
    elif red:
        text = ngettext(
            "%(count)d exercise is not as it should be", "%(count)d exercises are not as they should be", red
        )
        headline, status = text % {"count": red}, ExerciseCheck.Status.FAILED
    elif is_repeatable:
        headline, status = _("Not every exercise could be checked"), ExerciseCheck.Status.CANCELLED
    else:
        headline, status = _("Every exercise is as it should be"), ExerciseCheck.Status.PASSED
    look = CHECK_LOOKS[status]
    return CourseCheckResult(
        rows=rows,
        headline=headline,
        tone=look.tone,
        icon=look.icon,
        done=sum(row.done for row in rows),
        total=sum(row.total for row in rows),
        said=headline,
        is_pending=is_pending,
        is_repeatable=is_repeatable,
    )


def course_row(check: ExerciseCheck) -> CourseRow:
    """*check* from with_counts()."""
    look = CHECK_LOOKS[ExerciseCheck.Status(check.status)]
    return CourseRow(
        check=check,
        title=check.version.title,
        word=check.get_status_display() if check.version.is_complete else _("Has mistakes"),
        tone=look.tone,
        icon=look.icon,
        done=check.ended_count,  # type: ignore[attr-defined]  # with_counts() counts
        total=check.run_count,  # type: ignore[attr-defined]
        is_draft=check.version_id == check.version.exercise.draft_id,
    )
