"""Which submissions changed, as Redis tells: one connection of this process for all who follow one.

A connection for each would cost more than all the rest of a stream. Every process hears of every change; a message is
an id.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from contextvars import Context
from math import inf
from time import monotonic
from weakref import WeakKeyDictionary

import redis

from exercises import redis_client
from exercises.events import EVERY_CHANNEL, channel_of

logger = logging.getLogger(__name__)

REREAD_WITHOUT_REDIS_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
REMEMBERED_SECONDS = 5.0  # from reading a row to following it takes some milliseconds


class Changes:
    """Waits for messages about one submission; without Redis, for a while."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.has_changed = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return when something may have changed, after *seconds* at the latest.

        Several messages that came in together count once.
        """
        if not self.hub.is_listening.is_set():
            seconds = min(seconds, REREAD_WITHOUT_REDIS_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                await self.has_changed.wait()
        except TimeoutError:
            return
        self.has_changed.clear()


class Hub:
    """Hears of every change, and tells those who follow what changed. It belongs to one event loop."""

    def __init__(self) -> None:
        self.followers: defaultdict[str, set[Changes]] = defaultdict(set)
        self.heard: dict[str, float] = {}  # when a channel was heard of last, newest at the end
        self.is_listening = asyncio.Event()
        self.listening_since = inf
        # Not in the context of the request that happens to be the first: its language, and what logs say of it.
        self.listening = asyncio.create_task(self.listen(), context=Context())

    async def listen(self) -> None:
        """Until the event loop ends; again and again where Redis goes away."""
        while True:
            try:
                async with redis_client.async_client() as client, client.pubsub() as messages:
                    await messages.psubscribe(EVERY_CHANNEL)
                    async for message in messages.listen():
                        self.hear(message["type"], message["channel"])
            except (redis.RedisError, OSError) as error:
                logger.warning("changes are found by reading each second, Redis is away: %s", error)
            except Exception:  # a bug costs messages, not the streams
                logger.exception("listening for changes failed")
            finally:
                self.is_listening.clear()
                self.listening_since = inf
                self.wake(self.everybody())  # who was told to wait for a message waits in vain
            await asyncio.sleep(RECONNECT_SECONDS)

    def hear(self, kind: str, channel: str) -> None:
        if kind == "psubscribe":  # Redis has confirmed it: from now on no message is missed
            self.is_listening.set()
            self.listening_since = monotonic()
            self.wake(self.everybody())
        else:
            self.remember(channel)
            self.wake(self.followers.get(channel, ()))

    def remember(self, channel: str) -> None:
        now = monotonic()
        self.heard.pop(channel, None)
        self.heard[channel] = now
        while self.heard[oldest := next(iter(self.heard))] < now - REMEMBERED_SECONDS:
            del self.heard[oldest]

    def may_have_changed(self, channel: str, *, since: float) -> bool:
        """Whether there was a message after *since*, on the clock of monotonic(), or there may have been."""
        known_since = max(self.listening_since, monotonic() - REMEMBERED_SECONDS)
        return since < known_since or since <= self.heard.get(channel, -inf)

    def everybody(self) -> Iterable[Changes]:
        return (changes for several in self.followers.values() for changes in several)

    def wake(self, several: Iterable[Changes]) -> None:
        for changes in several:
            changes.has_changed.set()


hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


@asynccontextmanager
async def changes_of(submission: uuid.UUID, *, since: float) -> AsyncIterator[Changes]:
    """What tells of changes of *submission* after *since*, a time of monotonic()."""
    loop = asyncio.get_running_loop()
    hub = hubs.get(loop) or hubs.setdefault(loop, Hub())
    if not hub.is_listening.is_set():
        try:
            async with asyncio.timeout(redis_client.TIMEOUT_SECONDS):
                await hub.is_listening.wait()
        except TimeoutError:
            pass  # the hub has said why, or will
    changes, channel = Changes(hub), channel_of(submission)
    hub.followers[channel].add(changes)
    if hub.may_have_changed(channel, since=since):
        changes.has_changed.set()
    try:
        yield changes
    finally:
        hub.followers[channel].discard(changes)
        if not hub.followers[channel]:
            del hub.followers[channel]
