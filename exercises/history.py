"""A learner's attempts at one exercise."""

from dataclasses import dataclass
from datetime import datetime

from exercises.models import Exercise, Owner, Run, Submission
from exercises.results import Result, result_of

SHOWN_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """number as in Result: 0 for an attempt that does not count."""

    number: int
    submission: Submission
    url: str
    created_at: datetime
    result: Result


def newest_of_kind(history: list[HistoryItem], kind: str) -> Submission | None:
    """The newest attempt, to fill the form with; None when the exercise was of another kind then."""
    newest = history[0].submission if history else None
    return newest if newest and newest.exercise_version.kind == kind else None


def number_of(submission: Submission) -> int:
    """Which of its owner's attempts at the exercise it is, from 1; 0 when it does not count: we could not judge it."""
    if submission.current_run.status == Run.Status.BROKEN:
        return 0
    attempts = Submission.objects.owned_by(submission.owner).of_exercise(submission.exercise_version.exercise_id)
    return attempts.counted().filter(pk__lte=submission.pk).count()


def history_of(owner: Owner | None, exercise: Exercise) -> list[HistoryItem]:
    """The newest SHOWN_ATTEMPTS of *owner* at *exercise*, newest first.

    Three queries, and one for each attempt that is queued.
    """
    if owner is None:
        return []
    attempts = Submission.objects.owned_by(owner).of_exercise(exercise.pk)
    number = attempts.counted().count()
    items = []
    for submission in attempts.with_current_run().order_by("-pk")[:SHOWN_ATTEMPTS]:
        counts = submission.current_run.status != Run.Status.BROKEN
        result = result_of(submission, number=number if counts else 0, may_act=True)
        number -= counts
        items.append(
            HistoryItem(
                number=result.number,
                submission=submission,
                url=result.url,
                created_at=submission.created_at,
                result=result,
            )
        )
    return items
