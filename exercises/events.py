"""Says that a submission or a trial changed, and how far its run is. Redis being away is no reason not to judge."""

import logging
import uuid

import redis
from django.db import transaction

from exercises import redis_client
from exercises.models import Run

logger = logging.getLogger(__name__)

PROGRESS_TTL_SECONDS = 60
EVERY_CHANNEL = "submission:*"  # as a pattern


def channel_of(subject: uuid.UUID) -> str:
    """Of a submission or a trial."""
    return f"submission:{subject}"


def progress_key(run: Run) -> str:
    return f"progress:{run.uuid}"


def announce(subject: uuid.UUID) -> None:
    """Tell who follows a submission or a trial to read it again, once the present transaction is committed.

    The message is only its id: what a reader may see is decided when the row is read.
    """
    transaction.on_commit(lambda: publish(subject))


def publish(subject: uuid.UUID) -> None:
    try:
        redis_client.client().publish(channel_of(subject), str(subject))
    except redis.RedisError as error:
        logger.warning("%s: nobody was told of its change: %s", subject, error)


def report_progress(run: Run, *, test: int, of: int) -> None:
    """Remember, for as long as it matters, that *test* of *of* tests are answered, and tell the followers."""
    try:
        with redis_client.client().pipeline(transaction=False) as pipeline:
            pipeline.set(progress_key(run), test, ex=PROGRESS_TTL_SECONDS)
            pipeline.publish(channel_of(run.subject.uuid), str(run.subject.uuid))
            pipeline.execute()
    except redis.RedisError as error:
        logger.debug("run %s: its progress was not reported: %s", run.pk, error)


def answered_tests(run: Run) -> int:
    """How many tests of a running run are answered, as far as is known; 0 without Redis."""
    try:
        return int(redis_client.client().get(progress_key(run)) or 0)
    except redis.RedisError:
        return 0
