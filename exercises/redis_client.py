"""Connections to Redis for what is not the queue: events, live progress, workers' signs of life.

All of it is a convenience: a run is judged, and its result found, without Redis. Hence the short time-outs, and no
second try.
"""

from functools import cache

import redis
import redis.asyncio
import redis.asyncio.retry
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.5


@cache
def connection_to(url: str) -> redis.Redis:
    """This process's pool of connections to *url*; every command may raise redis.RedisError."""
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def client() -> redis.Redis:
    return connection_to(settings.REDIS_URL)


def async_client() -> redis.asyncio.Redis:
    """A client of its own, to be closed by the caller: async connections belong to one event loop."""
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=redis.asyncio.retry.Retry(NoBackoff(), 0),
    )
