"""Handing in, stopping, and trying again."""

import secrets
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from exercises import drafts, events, queueing
from exercises.errors import (
    InvalidFiles,
    KeyReused,
    NotComplete,
    NotPending,
    NotPublished,
    NotRepeatable,
    TooManyPending,
)
from exercises.files import problems_of
from exercises.locks import hold
from exercises.models import Exercise, ExerciseVersion, Owner, Run, Submission, Trial
from exercises.owners import hold_owner, lock_of

# BigIntegerField is signed.
SEED_BITS = 63


@transaction.atomic
def submit(
    *,
    owner: Owner,
    exercise: Exercise,
    files: Mapping[str, str],
    client_key: UUID | None = None,
    draft_version: int | None = None,
    preview: ExerciseVersion | None = None,
) -> Submission:
    """Store *files* ({path: text}) as a new attempt at the published version and queue its run.

    With *preview*, staff tries that version instead: it is judged like any attempt and counts nowhere.

    The attempt is the account's when *owner* is a guest who has logged in meanwhile. With a *client_key* that *owner*
    has used before it is the attempt of then: its answer was lost on the way. With a *draft_version*, that of the draft
    which the learner changed, the draft becomes what was handed in; pages with a script save it by themselves.

    What it returns is loaded like a row of `with_current_run()`.

    Raises NotPublished, NotComplete, InvalidFiles, KeyReused, and TooManyPending when *owner* already waits for
    MAX_PENDING results.
    """
    version = preview or exercise.published
    if version is None:
        raise NotPublished
    if not version.is_complete:
        raise NotComplete
    version.exercise = exercise
    problems = problems_of(files, expected=version.starter)
    if problems:
        raise InvalidFiles(problems)
    owner = hold_owner(owner)
    is_preview = preview is not None
    if client_key and (sent_before := earlier(owner, exercise, client_key, previews=is_preview)):
        if sent_before.files != files:
            raise KeyReused
        return sent_before
    refuse_too_many(owner)
    submission = Submission.objects.create(
        **owner.columns,
        exercise_version=version,
        files=dict(files),
        client_key=client_key,
        is_preview=is_preview,
    )
    submission.newest_runs = [start_run(submission, purpose=Run.Purpose.SUBMIT)]
    if draft_version is not None and not is_preview:
        drafts.follow_attempt(owner=owner, exercise=exercise, files=files, version=draft_version)
    return submission


def earlier(owner: Owner, exercise: Exercise, client_key: UUID, *, previews: bool) -> Submission | None:
    attempts = Submission.objects.among(owner, previews=previews).of_exercise(exercise.pk)
    return attempts.with_current_run().filter(client_key=client_key).first()


@transaction.atomic
def retry(*, submission: Submission) -> Run:
    """Judge the attempt once more, because we failed to or because its owner had stopped it.

    Asked twice, answers with the run that is already under way. Raises NotRepeatable and TooManyPending.
    """
    hold(lock_of(submission.owner))
    current = submission.runs.filter(is_preview=False).latest("pk")
    if current.is_pending:
        return current
    if not current.is_repeatable:
        raise NotRepeatable
    refuse_too_many(submission.owner)
    events.announce(submission.uuid)
    return start_run(submission, purpose=Run.Purpose.SUBMIT)


def cancel(*, submission: Submission) -> None:
    """Stop the attempt's run; a worker that has it ends the program at its next look. Raises NotPending."""
    run = submission.runs.filter(is_preview=False).latest("pk")
    if not Run.objects.cancel(run.pk):
        raise NotPending
    events.announce(submission.uuid)


def refuse_too_many(owner: Owner) -> None:
    """What was only tried out counts, too. Raises TooManyPending."""
    if Run.objects.awaited_by(owner).count() >= settings.MAX_PENDING:
        raise TooManyPending


def start_run(subject: Submission | Trial, *, purpose: Run.Purpose) -> Run:
    """Store a run of *subject*, and queue it once the transaction is committed."""
    about = {"trial": subject} if isinstance(subject, Trial) else {"submission": subject}
    run = Run(**about, purpose=purpose, seed=secrets.randbits(SEED_BITS))
    run.requeue_at = None if run.is_in_batch else queueing.next_resend(run)
    run.save(force_insert=True)
    transaction.on_commit(queueing.wake_batch if run.is_in_batch else partial(queueing.send, run.pk))
    return run
