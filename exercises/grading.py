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

from exercises import checking, events, gate, judging, observing, progress, queueing
from exercises.job_log import Job
from exercises.models import Run, Submission

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.2  # between two messages about the progress of a run
GATE_CLOSED_SECONDS = 1  # before a run that is not for this worker can be fetched again: it may still be fetching


def grade(run_id: int) -> None:
    """Judge one queued run and store its verdict.

    Does nothing when the run is gone, has ended, or is another worker's. When the sandbox is down, or our own code
    fails, the run goes back to the queue, and is BROKEN after RUN_MAX_TRIES. While the canary of this worker fails
    (exercises.worker) nothing is tried here, and so no try is used up.
    """
    if gate.is_closed():
        logger.info("run %s: left to a worker whose sandbox works", run_id)
        queueing.send(run_id, delay_seconds=GATE_CLOSED_SECONDS)
        return
    run = Run.objects.claim(run_id, lease=uuid.uuid4(), until=lease_end())
    if run is None:
        logger.info("run %s: nothing to do, it is gone, ended or somebody else's", run_id)
        return
    job = Job(run)
    try:
        result = result_of(run, job)
        stored = conclude(run, result)
    except judging.JudgingInterrupted:
        logger.info("run %s: stopped, it was cancelled or is somebody else's", run_id)
        job.end(taken_from_us(run))
    except judging.JudgingPostponed as error:
        logger.warning("run %s: postponed after try %s: %s", run_id, run.tries, error)
        gate.want_check()
        # With the canary failing too it is an outage and no try: exercises.sweeping ends what waits too long in one.
        status = try_again(run, reason=Run.Fault.SANDBOX_UNAVAILABLE, counts=not gate.is_closed())
        job.end(status, reason=Run.Fault.SANDBOX_UNAVAILABLE)
    except Exception:  # a bug of ours is not the learner's: the run must not be lost
        logger.exception("run %s: judging failed in try %s", run_id, run.tries)
        status = try_again(run, reason=Run.Fault.INTERNAL_ERROR)
        job.end(status, reason=Run.Fault.INTERNAL_ERROR)
    else:
        if stored:
            job.end("done", result=result)
        else:
            job.end(taken_from_us(run))


def grade_next() -> None:
    """Judge the next run of the batch, and have the one after it judged by whoever is free then.

    Does nothing while another worker is at it: that one goes on. While a learner waits for a free worker it lets the
    learner go before, too; the sweeper begins again, as it does where the chain broke.
    """
    if gate.is_closed() or Run.objects.is_batch_under_way() or Run.objects.is_learner_waiting():
        return
    run_id = Run.objects.next_in_batch().values_list("pk", flat=True).first()
    if run_id is None:
        return
    grade(run_id)
    if Run.objects.next_in_batch().exists():
        queueing.wake_batch()


def result_of(run: Run, job: Job) -> dict[str, Any]:
    """Columns of what came of a claimed run."""
    if run.trial is not None:
        return observing.observe(run, keep_going=Lease(run), on_report=job.observe)
    progress_of_tests = Progress(run, total=len(run.version.cases))
    return judging.judge(
        run,
        on_progress=progress_of_tests,
        keep_going=Lease(run),
        on_report=job.observe,
        background=run.is_in_batch,
    )


def lease_end() -> datetime:
    return now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)


def conclude(run: Run, result: dict[str, Any]) -> bool:
    """Store *result* and the progress that it makes, both or none; False when the lease is somebody else's."""
    with transaction.atomic():
        finished = Run.objects.finish(run, **result)
        is_pass = result["verdict"] == Run.Verdict.PASSED and not run.is_preview
        if finished and run.submission is not None and is_pass:
            # Its owner as of now: a guest may have signed up meanwhile. Locked, so that nobody signs up in between.
            locked = (
                Submission.objects.select_for_update().only("user", "guest", "is_preview").get(pk=run.submission.pk)
            )
            if not locked.is_preview:
                progress.note_pass(locked.owner, run.submission.exercise_version.exercise)
        if finished and run.exercise_check is not None:
            checking.settle(run.exercise_check)
    if finished:
        events.announce(run.subject.uuid)
    else:
        logger.warning("run %s: its result came too late and was dropped", run.pk)
    return finished


def try_again(run: Run, *, reason: Run.Fault, counts: bool = True) -> str:
    """Back to the queue for a while that doubles with each try, or BROKEN when it was the last and *counts*.

    Returns what became of it: "postponed", "broken", or what taken_from_us() says.
    """
    is_last = counts and run.tries - run.workers_lost >= settings.RUN_MAX_TRIES
    if is_last:
        changed = Run.objects.give_up(run, reason=reason)
        logger.error("run %s: broken after %s tries: %s", run.pk, run.tries, reason)
    else:
        delay_seconds = queueing.pause_after(run.tries)
        next_try_at = now() + timedelta(seconds=delay_seconds)
        due = next_try_at if run.is_in_batch else queueing.next_resend(run) + timedelta(seconds=delay_seconds)
        changed = Run.objects.put_back(run, requeue_at=due, next_try_at=next_try_at, counts=counts)
        if changed and not run.is_in_batch:  # of the batch the sweeper knows when it is due
            queueing.send(run.pk, delay_seconds=delay_seconds)
    if not changed:
        return taken_from_us(run)
    if is_last and run.exercise_check is not None:
        checking.settle(run.exercise_check)
    events.announce(run.subject.uuid)
    return "broken" if is_last else "postponed"


def taken_from_us(run: Run) -> str:
    """Why *run* is not ours any more: "cancelled", or "lost" to the sweeper or another worker."""
    is_cancelled = Run.objects.filter(pk=run.pk, status=Run.Status.CANCELLED).exists()
    return "cancelled" if is_cancelled else "lost"


class Progress:
    """Tells how many tests of a run are answered; called by judging after each.

    Not more often than somebody could read: each message makes every follower of the run read its row.
    """

    def __init__(self, run: Run, *, total: int) -> None:
        self.run = run
        self.total = total
        self.told_at = monotonic()

    def __call__(self, answered: int) -> None:
        if monotonic() - self.told_at >= PROGRESS_SECONDS:
            self.told_at = monotonic()
            events.report_progress(self.run, test=answered, of=self.total)


class Lease:
    """Says whether the worker may go on with a run, and renews its lease; called by judging twice a second.

    The first time it tells who follows that the run has begun: most are over before, and need one message only.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.renewed_at = monotonic()
        self.is_told = False

    def __call__(self) -> bool:
        """One SELECT, every third of the lease an UPDATE instead. False: cancelled, or another worker has the run."""
        if not self.is_told:
            self.is_told = True
            events.announce(self.run.subject.uuid)
        if monotonic() - self.renewed_at < settings.RUN_LEASE_SECONDS / 3:
            return Run.objects.held(self.run).exists()
        self.renewed_at = monotonic()
        return Run.objects.renew(self.run, until=lease_end())
