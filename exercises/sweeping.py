"""Finds runs that were forgotten: their worker died, the broker lost their message, or no worker may take them."""

import logging
from datetime import timedelta

import redis
from django.utils.timezone import now

from exercises import checking, events, queueing, worker_state
from exercises.job_log import Job
from exercises.models import Run

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 3  # as CELERY_BEAT_SCHEDULE has it
LOST_SECONDS = 10  # a run that waits longer than this while the queue is empty has no message
# A worker dies of many things, and a run that takes long meets them more often; but one that kills its workers has to
# come to an end.
MAX_LOST_WORKERS = 20
BATCH = 100  # runs a sweep, of each kind; the next sweep is seconds away


def sweep() -> None:
    """Put back what workers abandoned, and send again what nobody claimed; stops when the broker is away.

    Ends what waited in vain for a sandbox, and the checks whose last program ended with a worker that died.
    """
    end_hopeless()
    for run in Run.objects.abandoned().with_subject().order_by("pk")[:BATCH]:
        if take_back(run) and not run.is_in_batch and not queueing.send(run.pk):
            return
    checking.settle_all()
    # In the batch the chain of messages broke, learners went before, or it is the time of what failed before.
    is_stuck = Run.objects.next_in_batch().exists() and not Run.objects.is_batch_under_way()
    if is_stuck and not queueing.wake_batch(expires_seconds=SWEEP_SECONDS):
        return
    waiting = Run.objects.overdue()
    if queueing.is_empty():
        # The broker lost their messages, or a worker died with them. What is tried again has its pause to wait for.
        forgotten = Run.objects.for_learners().waiting_since_before(now() - timedelta(seconds=LOST_SECONDS))
        waiting |= forgotten.filter(tries=0)
    for run in waiting.order_by("pk")[:BATCH]:
        if Run.objects.postpone(run, requeue_at=queueing.next_resend(run)):
            logger.warning("run %s: nobody has claimed it since %s, sent again", run.pk, run.created_at)
            if not queueing.send(run.pk):
                return


def take_back(run: Run) -> bool:
    """End the lease of a worker that was not heard of; True when the run has to be sent again."""
    still_abandoned = Run.objects.abandoned()
    if run.workers_lost + 1 >= MAX_LOST_WORKERS:
        gave_up = still_abandoned.give_up(run, reason=Run.Fault.WORKER_LOST)
        if gave_up:
            logger.error("run %s: broken, %s workers were lost with it", run.pk, MAX_LOST_WORKERS)
            events.announce(run.subject.uuid)
            Job(run).end("broken", reason=Run.Fault.WORKER_LOST)
        return False
    requeue_at = now() if run.is_in_batch else queueing.next_resend(run)
    was_put_back = still_abandoned.put_back(run, requeue_at=requeue_at, worker_lost=True)
    if was_put_back:
        logger.warning("run %s: its worker was not heard of since %s, queued again", run.pk, run.leased_until)
        events.announce(run.subject.uuid)
        Job(run).end("postponed", reason=Run.Fault.WORKER_LOST)
    return was_put_back


def end_hopeless() -> None:
    """End as BROKEN the runs that wait while, for as long as all their tries would take, no worker has had a sandbox.

    Their owners can then try again, which waits as long again. With no worker at all, or none that has looked yet,
    everything waits: starting one is enough.
    """
    try:
        since = worker_state.no_sandbox_since()
    except redis.RedisError:
        return
    latest = now() - queueing.patience()
    if since is None or since > latest:
        return
    for run in Run.objects.waiting_since_before(latest).with_subject().order_by("pk")[:BATCH]:
        if Run.objects.give_up_waiting(run, reason=Run.Fault.SANDBOX_UNAVAILABLE):
            logger.error("run %s: broken, no worker has had a sandbox that works since %s", run.pk, since)
            events.announce(run.subject.uuid)
            Job(run).end("broken", reason=Run.Fault.SANDBOX_UNAVAILABLE)
