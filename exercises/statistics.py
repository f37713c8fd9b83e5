"""What staff can know about how learners fare: tables of figures, counted from the rows whenever somebody looks.

An attempt counts when a learner handed it in and its newest run has come to a verdict: what we failed to judge, what
was stopped and what still waits does not, nor does what staff hand in. What each figure means stands beside it, in
Column.definition.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from statistics import median
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone, localdate, make_aware
from django.utils.translation import gettext_lazy as _

from courses.hostile_text import clean, shortened
from courses.models import Lesson
from exercises.answers import ANSWERED
from exercises.models import Exercise, LessonDone, ProblemReport, Run, Submission, Trial
from exercises.python_errors import last_line

BATCH: Final = 2000  # rows that are fetched at a time
MOST_ERRORS: Final = 30  # that are listed
MOST_READ: Final = 1000  # characters of a line
ERROR_LENGTH: Final = 160  # characters of a normalised line
P95: Final = 0.95
FAILED: Final = ("failed", "error")  # what a test's status is where it did not pass
# Parts of a message that are another one's in each attempt, and what stands for them.
VARYING: Final = re.compile(
    r"(?P<quoted>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<address>\b0x[0-9a-fA-F]+\b)|(?P<number>\d+(?:\.\d+)?)"
)
STANDS_FOR: Final = {"quoted": "'…'", "address": "0x…", "number": "N"}

Text = str | Promise
LearnerKey = tuple[int | None, Any]  # account and guest, of which one is None


class Column(NamedTuple):
    """One column of a table: how it is called, what it means, and what its values are."""

    label: Text
    definition: Text = ""
    unit: str = "text"  # "text", "count", "share" (0 to 1), "seconds", or "ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows have a value for each column; None where there is nothing to say, such as the median of nothing."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is counted: courses by primary key, and the days from *since* to *until*, both included; None is open."""

    courses: Collection[int]
    since: date | None = None
    until: date | None = None

    def during(self, column: str) -> Q:
        """For rows whose *column* is a moment in that time."""
        return in_days(column, self.since, self.until)


def in_days(column: str, since: date | None, until: date | None) -> Q:
    """For rows whose *column* is a moment in these days, both included; None: from the beginning, to the end."""
    found = Q()
    if since:
        found &= Q(**{f"{column}__gte": _start_of(since)})
    if until and until < date.max:  # there is no day after that one
        found &= Q(**{f"{column}__lt": _start_of(until + timedelta(days=1))})
    return found


def _start_of(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min), get_current_timezone())


# --- Exercises -------------------------------------------------------------------------------------------------------

EXERCISE: Final = "submission__exercise_version__exercise"
LESSON: Final = "exercise_version__exercise__lesson"

ATTEMPTS = Column(
    _("attempts"),
    _("What learners handed in and we judged, in these days. Not: what staff handed in, what was only run, checks, and "
      "what is waiting, was stopped or could not be judged."),
    "count",
)  # fmt: skip
LEARNERS = Column(_("learners"), _("Accounts and guests with at least one of these attempts."), "count")
PASSED = Column(_("passed"), _("Learners with at least one of these attempts that passed."), "count")
PASS_RATE = Column(_("pass rate"), _("Passed, divided by learners."), "share")
TRIES = Column(
    _("median tries"),
    _("Of the learners who passed: the number of attempts up to and including the first that passed. Half of them "
      "needed no more."),
    "count",
)  # fmt: skip
TIME = Column(
    _("median time to pass"),
    _("Of the learners who passed: from handing in their first attempt to handing in the first that passed; 0 s where "
      "that is the same one."),
    "seconds",
)  # fmt: skip
PROBLEMS = Column(_("problems"), _("Problem reports about it, closed ones included."), "count")
OPEN = Column(_("open"), _("Those that nobody has closed."), "count")
UNCLEAR = Column(_("not clear"), _("Answers “no” to the question whether the page was clear."), "count")
CLEAR = Column(_("clear"), _("Answers “yes” to it."), "count")
REPORTS: Final = (PROBLEMS, OPEN, UNCLEAR, CLEAR)

EXERCISE_COLUMNS: Final = (
    Column(_("exercise")), Column(_("title")), Column(_("course")), Column(_("lesson")),
    ATTEMPTS, LEARNERS, PASSED, PASS_RATE, TRIES, TIME, *REPORTS,
)  # fmt: skip


@dataclass(slots=True)
class _Learner:
    """How one learner fared at one exercise, in the order of the attempts."""

    first_at: datetime
    attempts: int = 0
    tries: int = 0  # up to the first pass; 0: none yet
    passed_after: timedelta | None = None

    def add(self, created_at: datetime, verdict: str) -> None:
        self.attempts += 1
        if verdict == Run.Verdict.PASSED and not self.tries:
            self.tries = self.attempts
            self.passed_after = created_at - self.first_at


def counted_runs(scope: Scope) -> Any:
    """The runs that gave attempts of learners their verdict, in the order in which these were handed in."""
    runs = Run.objects.of_learners().newest().filter(
        scope.during("submission__created_at"),
        status=Run.Status.DONE,
        submission__exercise_version__exercise__lesson__course__in=list(scope.courses),
    )  # fmt: skip
    return runs.order_by("submission_id")


def exercises_table(scope: Scope) -> Table:
    """A row for each exercise that has a content, in course order. Three queries."""
    fared: dict[int, dict[LearnerKey, _Learner]] = defaultdict(dict)
    columns = (f"{EXERCISE}_id", "submission__user_id", "submission__guest", "submission__created_at", "verdict")
    for exercise, user, guest, created_at, verdict in _stream(counted_runs(scope).values_list(*columns)):
        learners = fared[exercise]
        learner = learners.get((user, guest))
        if learner is None:
            learner = learners[user, guest] = _Learner(created_at)
        learner.add(created_at, verdict)
    reports = _reports(scope, "exercise_version__exercise")
    exercises = (
        Exercise.objects.filter(lesson__course__in=list(scope.courses), draft__isnull=False)
        .in_course_order()
        .values_list("pk", "slug", "draft__title", "lesson__course__slug", "lesson__slug")
    )
    return Table(
        columns=EXERCISE_COLUMNS,
        rows=[(*texts, *_figures(fared.get(pk, {}).values()), *reports[pk]) for pk, *texts in exercises],
    )


def _figures(learners: Collection[_Learner]) -> tuple[Any, ...]:
    """The values of ATTEMPTS to TIME."""
    passed = [learner for learner in learners if learner.tries]
    return (
        sum(learner.attempts for learner in learners),
        len(learners),
        len(passed),
        _share(len(passed), len(learners)),
        _median(learner.tries for learner in passed),
        _median(learner.passed_after.total_seconds() for learner in passed if learner.passed_after is not None),
    )


# --- One exercise ----------------------------------------------------------------------------------------------------

CASE_COLUMNS: Final = (
    Column(_("case"), _("By its name: a case that was renamed stands here twice.")),
    Column(_("asked"), _("Attempts in which the case was come to: not those that ended before."), "count"),
    Column(_("failed"), _("Attempts in which it did not pass."), "count"),
    Column(_("share"), _("Failed, divided by asked."), "share"),
    Column(_("learners"), _("Learners with at least one attempt in which it did not pass."), "count"),
    Column(_("stuck"), _("Of these, learners whose newest attempt did not pass it and who have never passed the "
                         "exercise in these days."), "count"),
)  # fmt: skip
ERROR_COLUMNS: Final = (
    Column(_("verdict")),
    Column(_("reason")),
    Column(_("first error"), _("Of an attempt that did not pass: the last line of the first exception, with texts in "
                               "quotes and numbers left out; where there was none, the first case that failed.")),
    Column(_("attempts"), _("Attempts that ended so."), "count"),
    Column(_("learners"), _("Learners with at least one of them."), "count"),
)  # fmt: skip


@dataclass(slots=True)
class _Case:
    asked: int = 0
    failed: int = 0
    learners: set[LearnerKey] = field(default_factory=set)


def exercise_tables(exercise: Exercise, scope: Scope) -> tuple[Table, Table]:
    """Where learners fail, case by case, and their most common first errors. Two queries."""
    order = [case["name"] for case in (exercise.draft.cases if exercise.draft else [])]
    cases: dict[str, _Case] = {name: _Case() for name in order}
    newest: dict[LearnerKey, list[str]] = {}  # the cases that failed in a learner's newest attempt
    passed: set[LearnerKey] = set()
    errors: Counter[tuple[str, str, str]] = Counter()
    who: dict[tuple[str, str, str], set[LearnerKey]] = defaultdict(set)
    runs = counted_runs(scope).filter(submission__exercise_version__exercise=exercise)
    columns = ("submission__user_id", "submission__guest", "verdict", "reason", "details", "tests")
    for user, guest, verdict, reason, details, tests in _stream(runs.values_list(*columns)):
        learner: LearnerKey = (user, guest)
        newest[learner] = failed = [test["name"] for test in tests if test["status"] in FAILED]
        for test in tests:
            if test["status"] != "skipped":
                cases.setdefault(test["name"], _Case()).asked += 1
        for name in failed:
            cases[name].failed += 1
            cases[name].learners.add(learner)
        if verdict == Run.Verdict.PASSED:
            passed.add(learner)
        else:
            error = (verdict, reason, first_error(details, tests))
            errors[error] += 1
            who[error].add(learner)
    stuck = Counter(name for learner, names in newest.items() if learner not in passed for name in set(names))
    case_rows = [
        (name, case.asked, case.failed, _share(case.failed, case.asked), len(case.learners), stuck[name])
        for name, case in cases.items()
    ]
    most = sorted(errors.items(), key=lambda item: (-item[1], item[0]))[:MOST_ERRORS]
    verdicts = dict(Run.Verdict.choices)
    error_rows = [(verdicts[error[0]], error[1], error[2], count, len(who[error])) for error, count in most]
    return Table(columns=CASE_COLUMNS, rows=case_rows), Table(columns=ERROR_COLUMNS, rows=error_rows)


def first_error(details: Mapping[str, Any], tests: Iterable[Mapping[str, Any]]) -> str:
    """What an attempt that did not pass met first: the line of an exception, or the name of a case; "" for neither."""
    failed = next((test for test in tests if test["status"] in FAILED), None)
    raised = (failed or {}).get("message") or {}
    if not raised.get("exception"):
        raised = details
    if raised.get("exception"):
        return normalised_line(last_line(str(raised["exception"]), str(raised.get("message") or "")))
    return str(failed["name"]) if failed else ""


def normalised_line(line: str) -> str:
    """*line*, which a program of a learner wrote, without what differs from one attempt to the other."""
    text = VARYING.sub(lambda found: STANDS_FOR[found.lastgroup or ""], clean(line, MOST_READ))
    return shortened(" ".join(text.split()), ERROR_LENGTH)


# --- Lessons ---------------------------------------------------------------------------------------------------------

LESSON_COLUMNS: Final = (
    Column(_("lesson")),
    Column(_("title")),
    Column(_("course")),
    Column(_("readers"), _("Learners who in these days marked the lesson as done, handed something in for one of its "
                           "exercises, or ran a listing or an exercise of it. Looking at a page stores nothing, so who "
                           "only reads is not counted; what is only run is kept for a day."), "count"),
    Column(_("done"), _("Learners who marked the lesson as done in these days, or passed all its exercises."), "count"),
    Column(_("completion"), _("Done, divided by readers."), "share"),
    *REPORTS,
)  # fmt: skip


def lessons_table(scope: Scope) -> Table:
    """A row for each lesson that has a text, in course order. Six queries."""
    courses = list(scope.courses)
    not_staff = Q(user__isnull=True) | Q(user__is_staff=False)
    done = _learners(
        LessonDone.objects.filter(scope.during("done_at"), not_staff, lesson__course__in=courses), "lesson_id"
    )
    submissions = Submission.objects.of_learners().filter(
        scope.during("created_at"), exercise_version__exercise__lesson__course__in=courses
    )
    readers = _learners(submissions, f"{LESSON}_id")
    trials = Trial.objects.filter(scope.during("created_at"), not_staff).filter(
        Q(lesson_version__lesson__course__in=courses) | Q(exercise_version__exercise__lesson__course__in=courses)
    )
    for column in ("lesson_version__lesson_id", f"{LESSON}_id"):
        readers = _merged(readers, _learners(trials.filter(**{f"{column}__isnull": False}), column))
    readers = _merged(readers, done)
    reports = _reports(scope, "lesson_version__lesson")
    lessons = (
        Lesson.objects.filter(course__in=courses, draft__isnull=False)
        .order_by("course__position", "course_id", "module__position", "module_id", "position", "pk")
        .values_list("pk", "slug", "draft__title", "course__slug")
    )
    rows = []
    for pk, *texts in lessons:
        read, finished = len(readers.get(pk, ())), len(done.get(pk, ()))
        rows.append((*texts, read, finished, _share(finished, read), *reports[pk]))
    return Table(columns=LESSON_COLUMNS, rows=rows)


def _learners(rows: Any, column: str) -> dict[int, set[LearnerKey]]:
    """Whose *rows* there are, by the primary key in *column*. One query."""
    found: dict[int, set[LearnerKey]] = defaultdict(set)
    for pk, user, guest in _stream(rows.order_by().values_list(column, "user_id", "guest").distinct()):
        found[pk].add((user, guest))
    return found


def _merged(one: Mapping[int, set[LearnerKey]], other: Mapping[int, set[LearnerKey]]) -> dict[int, set[LearnerKey]]:
    return {pk: one.get(pk, set()) | other.get(pk, set()) for pk in one.keys() | other.keys()}


def _reports(scope: Scope, about: str) -> Mapping[int, tuple[int, int, int, int]]:
    """The values of REPORTS by the primary key of what they are *about*. One query."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    kinds = {ProblemReport.Kind.PROBLEM: 0, ProblemReport.Kind.UNCLEAR: 2, ProblemReport.Kind.CLEAR: 3}
    course = f"{about}__course" if about.endswith("lesson") else f"{about}__lesson__course"
    reports = ProblemReport.objects.filter(scope.during("created_at"), **{f"{course}__in": list(scope.courses)})
    for pk, kind, closed_at in _stream(reports.order_by().values_list(f"{about}_id", "kind", "closed_at")):
        counts[pk][kinds[ProblemReport.Kind(kind)]] += 1
        if kind == ProblemReport.Kind.PROBLEM and closed_at is None:
            counts[pk][1] += 1
    found: dict[int, tuple[int, int, int, int]] = defaultdict(lambda: (0, 0, 0, 0))
    found.update({pk: (total, open_, unclear, clear) for pk, (total, open_, unclear, clear) in counts.items()})
    return found


# --- Days ------------------------------------------------------------------------------------------------------------

VERDICTS: Final = [verdict for verdict in Run.Verdict if verdict != Run.Verdict.RAN]
DAY_COLUMNS: Final = (
    Column(_("day"), _("When the run was asked for, in the time zone of the site.")),
    Column(_("runs"), _("Runs of what learners handed in, each time it was judged. Not: what was only run, checks, and "
                        "what staff handed in."), "count"),
    *(Column(verdict.label, _("Runs with this verdict."), "count") for verdict in VERDICTS),
    Column(_("broken"), _("Runs that we failed to judge, after all their tries."), "count"),
    Column(_("stopped"), _("Runs that the learner stopped."), "count"),
    Column(_("waiting"), _("Runs that have not come to an end yet."), "count"),
    Column(_("median wait"), _("Of the runs of new attempts at code that a worker has begun: from asking to the begin "
                               "of the last try."), "ms"),
    Column(_("wait, 95 %"), _("The same; 95 of 100 runs waited no longer."), "ms"),
)  # fmt: skip


@dataclass(slots=True)
class _Day:
    statuses: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    waits_ms: list[float] = field(default_factory=list)


def days_table(scope: Scope) -> Table:
    """A row for each day with a run, the newest first. One query."""
    days: dict[date, _Day] = defaultdict(_Day)
    zone = get_current_timezone()
    runs = Run.objects.of_learners().filter(
        scope.during("created_at"), submission__exercise_version__exercise__lesson__course__in=list(scope.courses)
    )
    columns = ("created_at", "started_at", "status", "verdict", "purpose", "submission__exercise_version__kind")
    for created_at, started_at, status, verdict, purpose, kind in _stream(runs.order_by().values_list(*columns)):
        day = days[localdate(created_at, zone)]
        day.statuses[status] += 1
        day.verdicts[verdict] += 1
        if started_at is not None and purpose == Run.Purpose.SUBMIT and kind not in ANSWERED:
            day.waits_ms.append((started_at - created_at).total_seconds() * 1000)
    status = Run.Status
    rows = [
        (
            when.isoformat(),
            day.statuses.total(),
            *(day.verdicts[verdict] for verdict in VERDICTS),
            day.statuses[status.BROKEN],
            day.statuses[status.CANCELLED],
            day.statuses[status.QUEUED] + day.statuses[status.RUNNING],
            _rounded(_median(day.waits_ms)),
            _rounded(percentile(day.waits_ms, P95)),
        )
        for when, day in sorted(days.items(), reverse=True)
    ]
    return Table(columns=DAY_COLUMNS, rows=rows)


# --- Figures ---------------------------------------------------------------------------------------------------------


def percentile(values: Collection[float], share: float) -> float | None:
    """The smallest of *values* that at least *share* of them do not exceed (nearest rank); None of none."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else None


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _stream(rows: Any) -> Iterator[Any]:
    """The rows of a query without keeping them all."""
    yield from rows.iterator(chunk_size=BATCH)


TABLES: Final[Mapping[str, Callable[[Scope], Table]]] = {
    "exercises": exercises_table,
    "lessons": lessons_table,
    "days": days_table,
}
