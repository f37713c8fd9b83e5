"""Handing in answers: judged at once, without a worker, and stored with the result; and assessing oneself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from exercises import progress
from exercises.answers import ANSWERED
from exercises.errors import NotComplete, NotPassed, NotPublished
from exercises.models import Exercise, ExerciseVersion, Owner, Run, SelfAssessment, Submission
from exercises.owners import hold_owner

NO_SEED = 0  # nothing is random here


def answer(*, owner: Owner, exercise: Exercise, answers: Any, preview: ExerciseVersion | None = None) -> Submission:
    """Store *answers* as a new attempt at the published version, with its result.

    With *preview*, staff tries that version instead, which counts nowhere.

    The attempt is the account's when *owner* is a guest who has logged in meanwhile.

    What it returns is loaded like a row of `with_current_run()`.

    Raises NotPublished, NotComplete, and InvalidAnswers for what cannot be judged.
    """
    version = preview or exercise.published
    if version is None:
        raise NotPublished
    if not version.is_complete:
        raise NotComplete
    version.exercise = exercise
    kind = ANSWERED[version.kind]
    read = kind.read(version.sheet, answers)
    tests = kind.judge(version.sheet, read)
    with transaction.atomic():  # on SQLite nobody else can write meanwhile, so reading and judging stay outside
        owner = hold_owner(owner)
        submission = Submission.objects.create(
            **owner.columns, exercise_version=version, files={}, answers=read, is_preview=preview is not None
        )
        submission.newest_runs = [_judged_run(submission, version, tests)]
        if submission.current_run.verdict == Run.Verdict.PASSED and not submission.is_preview:
            progress.note_pass(owner, exercise)
    return submission


def _judged_run(submission: Submission, version: ExerciseVersion, tests: list[dict[str, Any]]) -> Run:
    passed = sum(test["status"] == "passed" for test in tests)
    is_passed = passed == len(tests)
    at = submission.created_at
    return Run.objects.create(
        submission=submission,
        status=Run.Status.DONE,
        verdict=Run.Verdict.PASSED if is_passed else Run.Verdict.FAILED,
        reason="" if is_passed else ANSWERED[version.kind].reason,
        details={"kind": version.kind},
        tests=tests,
        score=round(passed / len(tests), 4),
        seed=NO_SEED,
        created_at=at,
        started_at=at,
        finished_at=now(),
    )


@transaction.atomic
def assess(*, submission: Submission, ticked: Collection[str]) -> None:
    """Remember which items of the rubric who handed it in has ticked; names of no item are left out.

    Raises NotPassed: the rubric gives away what a good answer is.
    """
    if submission.current_run.verdict != Run.Verdict.PASSED:
        raise NotPassed
    rubric = submission.exercise_version.sheet.get("scenario", {}).get("rubric", [])
    names = [item["name"] for item in rubric if item["name"] in ticked]
    SelfAssessment.objects.update_or_create(submission=submission, defaults={"ticked": names, "changed_at": now()})
