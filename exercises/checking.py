"""The publish gate: an exercise is sound when the sandbox shows that its reference passes, that its starter runs and
does not pass, and that each of its wrong files fails at the case it names. What is answered instead of coded has no
program: it is sound as soon as it has no mistakes (exercises.content). A draft with mistakes is not run at all.

Every program of a check is a run, so it is claimed, tried again, taken back from a worker that died, and shown like one
of a learner. The conclusion is drawn when the last has ended. Sentences are made in exercises.check_results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from courses.models import Course
from exercises import events, queueing
from exercises.answers import ANSWERED
from exercises.content import case_named_in
from exercises.errors import NotPending, NotRepeatable
from exercises.locks import hold
from exercises.models import CourseCheck, Exercise, ExerciseCheck, ExerciseVersion, Run
from exercises.models.check import SOLUTION, STARTER, WRONG

Status = ExerciseCheck.Status

# Of the random values: the reference must pass for any, so it is tried with several.
SEEDS = (1, 2, 3)
# A program and the seed of its run.
Program = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a program should have done and did not.

    code: "must_pass", "must_fail" (it has to run, and not to pass), or "must_fail_at" the case of that name.
    """

    code: str
    case: str = ""


def programs_of(version: ExerciseVersion) -> Iterator[Program]:
    """All that a check of *version* runs, in its order; nothing where it is answered or cannot be run."""
    if version.kind in ANSWERED or not version.is_complete:
        return
    for seed in SEEDS:
        yield SOLUTION, seed
    yield STARTER, SEEDS[0]
    for name in version.wrong:
        yield WRONG + name, SEEDS[0]


def problem_of(run: Run, version: ExerciseVersion) -> Problem | None:
    """What is wrong with what came of a program of *version*; None when it did as it should. *run* is done."""
    if run.program == SOLUTION:
        return None if run.verdict == Run.Verdict.PASSED else Problem("must_pass")
    if run.program == STARTER:
        return None if run.verdict == Run.Verdict.FAILED else Problem("must_fail")
    named = case_named_in(version.wrong[run.program.removeprefix(WRONG)])
    statuses = {test["name"]: test["status"] for test in run.tests}
    return None if statuses.get(named) in ("failed", "error") else Problem("must_fail_at", named)


@transaction.atomic
def request_check(*, version: ExerciseVersion, author: User | None = None) -> ExerciseCheck:
    """Have the workers run the version's own files. One that is under way already is the answer to asking twice."""
    hold(f"check:{version.pk}")  # asked twice at once, there is none under way for either of them
    under_way = ExerciseCheck.objects.pending().filter(version=version).first()
    if under_way is not None:
        return under_way
    check = ExerciseCheck.objects.create(version=version, created_by=author)
    _queue(check, programs_of(version))
    settle(check)  # there may be nothing to run
    return check


@transaction.atomic
def cancel_check(*, check: ExerciseCheck) -> None:
    """Stop what is still to be run; what has come of the others is kept. Raises NotPending."""
    if not check.runs.all().cancel_all():
        raise NotPending
    settle(check)


@transaction.atomic
def resume_check(*, check: ExerciseCheck) -> None:
    """Run what was stopped, or could not be run, once more. Raises NotRepeatable."""
    repeatable = ExerciseCheck.objects.filter(pk=check.pk, status__in=ExerciseCheck.REPEATABLE)
    if not repeatable.update(status=Status.PENDING, finished_at=None):
        raise NotRepeatable
    check.runs.exclude(status=Run.Status.DONE).delete()
    done = set(check.runs.values_list("program", "seed"))
    _queue(check, [program for program in programs_of(check.version) if program not in done])
    settle(check)


@transaction.atomic
def request_course_check(*, course: Course, author: User | None = None) -> CourseCheck:
    """Have the drafts of all exercises of *course* checked in which code is written, or which have mistakes. Asking
    twice is one check."""
    hold(f"course-check:{course.pk}")
    under_way = CourseCheck.objects.filter(course=course, checks__status=Status.PENDING).first()
    if under_way is not None:
        return under_way
    course_check = CourseCheck.objects.create(course=course, created_by=author)
    is_to_show = ~Q(draft__kind__in=ANSWERED) | Q(draft__cases=[])
    exercises = Exercise.objects.filter(is_to_show, lesson__course=course, draft__isnull=False)
    checks = [
        request_check(version=exercise.draft, author=author)
        for exercise in exercises.select_related("draft")
        if exercise.draft is not None
    ]
    ExerciseCheck.objects.filter(pk__in=[check.pk for check in checks]).update(course_check=course_check)
    return course_check


@transaction.atomic
def cancel_course_check(*, course_check: CourseCheck) -> None:
    """Stop what is still to be run. Raises NotPending."""
    under_way = list(course_check.checks.pending().select_related("version"))
    if not under_way:
        raise NotPending
    for check in under_way:
        cancel_check(check=check)


@transaction.atomic
def resume_course_check(*, course_check: CourseCheck) -> None:
    """Run what was stopped, or could not be run, once more. Raises NotRepeatable."""
    stopped = list(course_check.checks.filter(status__in=ExerciseCheck.REPEATABLE).select_related("version"))
    if not stopped:
        raise NotRepeatable
    for check in stopped:
        resume_check(check=check)


@transaction.atomic
def record_check(*, version: ExerciseVersion, results: Mapping[Program, Mapping[str, Any]]) -> ExerciseCheck:
    """Remember a check that was done in this process: *results* are the columns of each of its runs. Nobody is told:
    before it is over nobody can have its page."""
    check = ExerciseCheck.objects.create(version=version)
    at = now()
    Run.objects.bulk_create(
        Run(
            exercise_check=check,
            program=program,
            seed=seed,
            purpose=Run.Purpose.CHECK,
            status=Run.Status.DONE,
            tries=1,
            started_at=at,
            finished_at=at,
            **columns,
        )
        for (program, seed), columns in results.items()
    )
    check.status, check.finished_at = conclusion(version, list(check.runs.order_by("pk"))), at
    check.save(update_fields=["status", "finished_at"])
    return check


def settle(check: ExerciseCheck) -> None:
    """Draw the conclusion of *check* if the last of its programs has come to an end; else do nothing.

    Where two end at once on two machines neither may see the other's end: then the sweeper comes by.
    """
    if not ExerciseCheck.objects.unsettled().filter(pk=check.pk).exists():
        return
    status = conclusion(check.version, list(check.runs.order_by("pk")))
    if ExerciseCheck.objects.pending().filter(pk=check.pk).update(status=status, finished_at=now()):
        events.announce(check.uuid)


def settle_all() -> None:
    """settle() every check that it was not done for: one query where there is none."""
    for check in ExerciseCheck.objects.unsettled().select_related("version"):
        settle(check)


def conclusion(version: ExerciseVersion, runs: Sequence[Run]) -> ExerciseCheck.Status:
    """What came of a check all of whose *runs* have ended. It is green only when every program of *version* was run."""
    if not version.is_complete:
        return Status.FAILED
    if any(run.status == Run.Status.CANCELLED for run in runs):
        return Status.CANCELLED
    done = [run for run in runs if run.status == Run.Status.DONE]
    if {(run.program, run.seed) for run in done} != set(programs_of(version)):
        return Status.UNAVAILABLE
    return Status.FAILED if any(problem_of(run, version) for run in done) else Status.PASSED


def _queue(check: ExerciseCheck, programs: Iterator[Program] | Sequence[Program]) -> None:
    runs = [
        Run(exercise_check=check, program=program, seed=seed, purpose=Run.Purpose.CHECK) for program, seed in programs
    ]
    Run.objects.bulk_create(runs)
    if runs:
        transaction.on_commit(queueing.wake_batch)
