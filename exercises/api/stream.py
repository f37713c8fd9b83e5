"""A submission's changes as server-sent events.

Redis only says that something changed; what is sent is read from the row each time. Lost messages therefore cost a
few seconds, never the result. A stream holds one connection to Redis; its thread and its connection to the
database are borrowed for each reading only.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic
from types import TracebackType

import redis
from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections
from rest_framework.renderers import JSONRenderer

from exercises import redis_client
from exercises.api.representation import SubmissionOutput
from exercises.events import channel_of
from exercises.models import Submission

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0  # proxies cut connections that are silent for longer
REREAD_SECONDS = 3.0  # in case a message was lost; twice as long each time that nothing had changed
MAX_REREAD_SECONDS = 12.0
REREAD_WITHOUT_REDIS_SECONDS = 1.0


async def follow(submission: uuid.UUID) -> AsyncIterator[bytes]:
    """The submission's JSON now and after each change, until it is final or gone."""
    await let_go_of_thread()
    async with Changes(submission) as changes:  # first subscribe, then read: no change falls in between
        sent, beat_at, pause = b"", 0.0, 0.0
        while True:
            data, is_final = await sync_to_async(read, thread_sensitive=False)(submission)
            if data and data != sent:
                yield b"event: submission\ndata: " + data + b"\n\n"
                sent, beat_at, pause = data, monotonic() + HEARTBEAT_SECONDS, REREAD_SECONDS
            elif monotonic() >= beat_at:
                yield b": still there\n\n"
                beat_at = monotonic() + HEARTBEAT_SECONDS
            if is_final:
                return
            await changes.wait(max(0.0, min(pause, beat_at - monotonic())))
            pause = min(2 * pause, MAX_REREAD_SECONDS)


async def let_go_of_thread() -> None:
    """Free what asgiref holds for this request until it ends: a thread, and with it a connection to the database.

    A stream is a request that lasts; a hundred of them would hold a hundred of each. The next thing that needs a
    thread gets a new one.
    """
    await sync_to_async(close_old_connections)()  # what the end of a request would do
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor:
        executor.shutdown(wait=False)


def read(submission: uuid.UUID) -> tuple[bytes, bool]:
    """The row as JSON, empty when it is gone, and whether it is final.

    Runs in a thread of a pool, whose connection nobody else looks after.
    """
    close_old_connections()
    try:
        row = Submission.objects.with_current_run().filter(uuid=submission).first()
        if row is None:
            return b"", True
        return JSONRenderer().render(SubmissionOutput(row).data), not row.current_run.is_pending
    finally:
        close_old_connections()


class Changes:
    """Waits for messages about one submission; without Redis, for a while."""

    def __init__(self, submission: uuid.UUID) -> None:
        self.channel = channel_of(submission)
        self.client = redis_client.async_client()
        self.pubsub = self.client.pubsub()
        self.is_subscribed = False

    async def __aenter__(self) -> Changes:
        try:
            async with asyncio.timeout(redis_client.TIMEOUT_SECONDS):
                await self.pubsub.subscribe(self.channel)
            self.is_subscribed = True
        except (redis.RedisError, TimeoutError) as error:
            logger.warning("%s is followed by reading it each second, Redis is away: %s", self.channel, error)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(redis.RedisError):
            await self.pubsub.aclose()
            await self.client.aclose()

    async def wait(self, seconds: float) -> None:
        """Return when something may have changed, after *seconds* at the latest.

        Several messages that came in together count once.
        """
        if not self.is_subscribed:
            await asyncio.sleep(REREAD_WITHOUT_REDIS_SECONDS)
            return
        deadline = monotonic() + seconds
        try:
            while (left := deadline - monotonic()) > 0:
                if await self.pubsub.get_message(ignore_subscribe_messages=True, timeout=left):
                    break
            while await self.pubsub.get_message(ignore_subscribe_messages=True, timeout=0):
                pass
        except redis.RedisError as error:
            logger.warning("%s is followed by reading it each second, Redis went away: %s", self.channel, error)
            self.is_subscribed = False
