"""Finds runs that were forgotten: their worker died, or the broker lost their message."""

import logging

from django.conf import settings

from exercises import events, queueing
from exercises.models import Run

logger = logging.getLogger(__name__)

BATCH = 100  # runs a sweep, of each kind; the next sweep is seconds away


def sweep() -> None:
    """Put back what workers abandoned, and send again what nobody claimed; stops when the broker is away."""
    for run in Run.objects.abandoned().select_related("submission").order_by("pk")[:BATCH]:
        if take_back(run) and not queueing.send(run.pk):
            return
    for run in Run.objects.overdue().order_by("pk")[:BATCH]:
        if Run.objects.postpone(run, requeue_at=queueing.next_resend(run)):
            logger.warning("run %s: nobody has claimed it since %s, sent again", run.pk, run.requeue_at)
            if not queueing.send(run.pk):
                return


def take_back(run: Run) -> bool:
    """End the lease of a worker that was not heard of; True when the run has to be sent again."""
    still_abandoned = Run.objects.abandoned()
    if run.tries >= settings.RUN_MAX_TRIES:
        gave_up = still_abandoned.give_up(run, reason=Run.Fault.WORKER_LOST)
        if gave_up:
            logger.error("run %s: broken, %s workers were lost with it", run.pk, run.tries)
            events.announce(run.submission.uuid)
        return False
    was_put_back = still_abandoned.put_back(run, requeue_at=queueing.next_resend(run))
    if was_put_back:
        logger.warning("run %s: its worker was not heard of since %s, queued again", run.pk, run.leased_until)
        events.announce(run.submission.uuid)
    return was_put_back
