"""The cache, which can be done without."""

import logging
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)


class OptionalRedisCache(RedisCache):
    """Redis; while it is away, nothing is found and everything is forgotten, and a warning is logged.

    The limits on logins, sign-ups and password resets ask the cache (django-allauth): without this, nobody could log in
    while the broker restarts. They do not hold in this time.
    """

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        try:
            return bool(super().add(key, value, timeout, version))
        except redis.RedisError as error:
            warn(error)
            return True

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except redis.RedisError as error:
            warn(error)
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except redis.RedisError as error:
            warn(error)

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return bool(super().delete(key, version))
        except redis.RedisError as error:
            warn(error)
            return False


def warn(error: redis.RedisError) -> None:
    logger.warning("the cache is away: %s", error)
