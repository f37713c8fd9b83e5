"""Sends runs to the workers.

The row is the truth and the message only a hint: a message that is lost, or that could not be sent, is sent
again by exercises.sweeping; one that is delivered twice finds the run claimed.

A run that a learner waits for has a message of its own. Those of the batch have one in common, which says no more than
that there is something to do: whoever gets it does the next of them and sends it on (exercises.grading). So they are
done one after the other, hold one process of one worker at most, and a thousand of them cost the broker one message.
"""

import logging
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from celery import current_app
from django.conf import settings
from django.utils.timezone import now
from kombu import Connection
from kombu.exceptions import ChannelError, OperationalError
from kombu.pools import producers

from exercises.models import Run

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 1
QUEUE = "grading"
BATCH_QUEUE = "batch"
FIRST_RESEND_SECONDS = 20
MAX_RESEND_SECONDS = 60  # a second message costs a worker some milliseconds, a lost one costs a learner this long
MAX_PAUSE_SECONDS = 300


def send(run_id: int, *, delay_seconds: float = 0) -> bool:
    """Queue the run for the workers; False when the broker is away, which is logged."""
    what = f"run {run_id}"
    return _send(what, "exercises.judge_run", args=[run_id], queue=QUEUE, countdown=delay_seconds or None)


def wake_batch(*, expires_seconds: float | None = None) -> bool:
    """Tell the workers that there is something to do in the batch; False when the broker is away, which is logged."""
    return _send("the batch", "exercises.judge_next", queue=BATCH_QUEUE, expires=expires_seconds)


def _send(what: str, task: str, **options: Any) -> bool:
    try:
        with producers[connection_to(current_app.conf.broker_url)].acquire(block=True) as producer:
            # By name: the task's module imports the judging, which the web process has no need of.
            current_app.send_task(task, producer=producer, **options)
    except OperationalError as error:
        logger.warning("%s: the broker is away, it is sent later: %s", what, error)
        return False
    return True


def send_answer_mails() -> None:
    """Have a worker send the mails that are owed. While the broker is away the next minute's look does it."""
    _send("mails about answers", "exercises.mail_answers", queue=BATCH_QUEUE)


def is_empty() -> bool:
    """Whether the broker has no message for the workers; False also when it is away."""
    connection = connection_to(current_app.conf.broker_url)
    away: tuple[type[BaseException], ...] = (OperationalError, *connection.connection_errors)
    try:
        with producers[connection].acquire(block=True) as producer:
            return bool(producer.channel.queue_declare(QUEUE, passive=True).message_count == 0)
    except ChannelError:  # a broker that was started anew knows of no queue
        return True
    except away:
        return False


@cache
def connection_to(url: str) -> Connection:
    """Our own way to the broker: the one of Celery waits longer for an answer than a learner should."""
    hasty = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS, "max_retries": 0}
    return current_app.connection_for_write(
        url, transport_options={**current_app.conf.broker_transport_options, **hasty}
    )


def next_resend(run: Run) -> datetime:
    """When to send a queued run again if nobody claims it: after 20 s, then 40 s, then each minute."""
    waited = now() - run.created_at
    shortest, longest = timedelta(seconds=FIRST_RESEND_SECONDS), timedelta(seconds=MAX_RESEND_SECONDS)
    return now() + min(max(waited, shortest), longest)


def pause_after(tries: int) -> int:
    """Seconds before a run that failed through us is tried again: 2, 4, 8, … at most 5 minutes."""
    return int(min(2**tries, MAX_PAUSE_SECONDS))


def patience() -> timedelta:
    """How long a run waits while no worker has a sandbox that works: as long as all of its tries would take."""
    return timedelta(seconds=sum(map(pause_after, range(1, settings.RUN_MAX_TRIES))))
