"""The worker's part of a run's life: claim, judge, and store what came of it."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from exercises import events, judging, progress, queueing
from exercises.models import Run, Submission

logger = logging.getLogger(__name__)


def grade(run_id: int) -> None:
    """Judge one queued run and store its verdict.

    Does nothing when the run is gone, has ended, or is another worker's. When the sandbox is down, or our own code
    fails, the run goes back to the queue, and is BROKEN after RUN_MAX_TRIES.
    """
    run = Run.objects.claim(run_id, lease=uuid.uuid4(), until=lease_end())
    if run is None:
        logger.info("run %s: nothing to do, it is gone, ended or somebody else's", run_id)
        return
    events.announce(run.submission.uuid)
    try:
        result = judging.judge(run, on_progress=Progress(run), keep_going=Lease(run))
        conclude(run, result)
    except judging.JudgingInterrupted:
        logger.info("run %s: stopped, it was cancelled or is somebody else's", run_id)
    except judging.JudgingPostponed as error:
        logger.warning("run %s: postponed after try %s: %s", run_id, run.tries, error)
        try_again(run, reason=Run.Fault.SANDBOX_UNAVAILABLE)
    except Exception:  # a bug of ours is not the learner's: the run must not be lost
        logger.exception("run %s: judging failed in try %s", run_id, run.tries)
        try_again(run, reason=Run.Fault.INTERNAL_ERROR)


def lease_end() -> datetime:
    return now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)


def conclude(run: Run, result: dict[str, Any]) -> None:
    """Store *result* and the progress that it makes, both or none; nothing when the lease is somebody else's."""
    with transaction.atomic():
        finished = Run.objects.finish(run, **result)
        if finished and result["verdict"] == Run.Verdict.PASSED:
            # Its owner as of now: a guest may have signed up meanwhile. Locked, so that nobody signs up in between.
            progress.note_pass(Submission.objects.select_for_update().get(pk=run.submission_id))
    if finished:
        events.announce(run.submission.uuid)
    else:
        logger.warning("run %s: its result came too late and was dropped", run.pk)


def try_again(run: Run, *, reason: Run.Fault) -> None:
    """Back to the queue for a while that doubles with each try, or BROKEN when it was the last."""
    if run.tries >= settings.RUN_MAX_TRIES:
        changed = Run.objects.give_up(run, reason=reason)
        logger.error("run %s: broken after %s tries: %s", run.pk, run.tries, reason)
    else:
        delay_seconds = 2**run.tries
        changed = Run.objects.put_back(run, requeue_at=queueing.next_resend(run) + timedelta(seconds=delay_seconds))
        if changed:
            queueing.send(run.pk, delay_seconds=delay_seconds)
    if changed:
        events.announce(run.submission.uuid)


class Progress:
    """Tells how many tests of a run are answered; called by judging after each."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.total = len(run.submission.exercise_version.cases)

    def __call__(self, answered: int) -> None:
        events.report_progress(self.run, test=answered, of=self.total)


class Lease:
    """Says whether the worker may go on with a run, and renews its lease; called by judging twice a second."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.renewed_at = monotonic()

    def __call__(self) -> bool:
        """One SELECT, every third of the lease an UPDATE instead. False: cancelled, or another worker has the run."""
        if monotonic() - self.renewed_at < settings.RUN_LEASE_SECONDS / 3:
            return Run.objects.held(self.run).exists()
        self.renewed_at = monotonic()
        return Run.objects.renew(self.run, until=lease_end())
