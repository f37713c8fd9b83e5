"""Connections to Redis for what is not the queue: events, live progress, workers' signs of life.

All of it is a convenience: a run is judged, and its result found, without Redis. Hence the short time-outs.
"""

from functools import cache

import redis
import redis.asyncio
from django.conf import settings

TIMEOUT_SECONDS = 0.5


@cache
def connection_to(url: str) -> redis.Redis:
    """This process's pool of connections to *url*; every command may raise redis.RedisError."""
    return redis.Redis.from_url(
        url, decode_responses=True, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )


def client() -> redis.Redis:
    return connection_to(settings.REDIS_URL)


def async_client() -> redis.asyncio.Redis:
    """A client of its own, to be closed by the caller: async connections belong to one event loop."""
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_connect_timeout=TIMEOUT_SECONDS
    )
