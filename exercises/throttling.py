"""How often one client may hand in something, by form and by API together."""

import logging
from math import ceil
from typing import Any
from uuid import uuid4

import redis
from rest_framework.throttling import UserRateThrottle

from exercises import redis_client

logger = logging.getLogger(__name__)


class SubmissionThrottle(UserRateThrottle):
    """SUBMISSION_RATE for each account, or for each address where nobody is logged in.

    Of requests that come at once no more pass than may: each is noted in Redis before it looks how many there are.
    (The framework's own throttle looks first, so that all of them see room.) While Redis is away everything passes:
    the limit of pending runs still holds.
    """

    scope = "submissions"
    # Set by the framework from the rate, and read by its wait().
    num_requests: int
    duration: int  # seconds
    now: float
    history: list[float]

    def allow_request(self, request: Any, view: Any) -> bool:
        self.now = self.timer()
        try:
            self.history = self.noted(str(self.get_cache_key(request, view)))
        except redis.RedisError as error:
            logger.warning("submissions are not throttled, Redis is away: %s", error)
            return True
        return len(self.history) < self.num_requests

    def noted(self, key: str) -> list[float]:
        """Times of the earlier requests that count, newest first; this one counts, too, unless there is no room."""
        this = uuid4().hex
        with redis_client.client().pipeline() as pipeline:
            pipeline.zremrangebyscore(key, "-inf", self.now - self.duration)
            pipeline.zadd(key, {this: self.now})
            pipeline.expire(key, ceil(self.duration))
            pipeline.zrange(key, 0, -1, desc=True, withscores=True)
            *_, found = pipeline.execute()
        earlier = [time for member, time in found if member != this]
        if len(earlier) >= self.num_requests:
            redis_client.client().zrem(key, this)
        # Others that found no room may not have left yet; wait() reckons with those that passed.
        return earlier[-self.num_requests :]
