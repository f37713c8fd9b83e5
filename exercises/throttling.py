"""How often one client may hand in something, by form and by API together."""

import logging
from math import ceil
from typing import Any
from uuid import uuid4

import redis
from django.http import HttpRequest
from rest_framework.throttling import UserRateThrottle

from exercises import redis_client
from exercises.errors import TooManyRequests
from exercises.owners import guest_in

logger = logging.getLogger(__name__)


def check_rate(request: HttpRequest) -> None:
    """What the API's view does with the throttle, for a page. Raises TooManyRequests."""
    throttle = SubmissionThrottle()
    if not throttle.allow_request(request, None):
        raise TooManyRequests(retry_after_seconds=throttle.wait())


def check_report_rate(request: HttpRequest) -> None:
    """The same for what readers say about pages."""
    throttle = ReportThrottle()
    if not throttle.allow_request(request, None):
        raise TooManyRequests(retry_after_seconds=throttle.wait())


def check_message_rate(request: HttpRequest) -> None:
    """The same for what learners write to staff."""
    throttle = MessageThrottle()
    if not throttle.allow_request(request, None):
        raise TooManyRequests(retry_after_seconds=throttle.wait())


class CountingThrottle(UserRateThrottle):
    """A rate for each account, or for each address where nobody is logged in.

    Of requests that come at once no more pass than may: each is noted in Redis before it looks how many there are.
    (The framework's own throttle looks first, so that all of them see room.) While Redis is away everything passes.
    """

    # Set by the framework from the rate, and read by its wait().
    num_requests: int
    duration: int  # seconds
    now: float
    history: list[float]

    def allow_request(self, request: Any, view: Any) -> bool:
        self.now = self.timer()
        self.history = []
        try:
            return self.note(str(self.get_cache_key(request, view)))
        except redis.RedisError as error:
            logger.warning("%s are not throttled, Redis is away: %s", self.scope, error)
            return True

    def note(self, key: str) -> bool:
        """Count this request, unless there is no room: history is then of those that took it, newest first."""
        this = uuid4().hex
        with redis_client.client().pipeline() as pipeline:
            pipeline.zremrangebyscore(key, "-inf", self.now - self.duration)
            pipeline.zadd(key, {this: self.now})
            pipeline.expire(key, ceil(self.duration))
            pipeline.zcard(key)
            *_, count = pipeline.execute()
        if count <= self.num_requests:
            return True
        client = redis_client.client()
        client.zrem(key, this)
        # Others that found no room may not have left yet; wait() reckons with those that passed.
        oldest: Any = client.zrange(key, 0, self.num_requests - 1, withscores=True)
        self.history = [time for _, time in reversed(oldest)]
        return False


class SubmissionThrottle(CountingThrottle):
    """SUBMISSION_RATE. While Redis is away the limit of pending runs still holds."""

    scope = "submissions"


class ReportThrottle(CountingThrottle):
    scope = "reports"


class MessageThrottle(CountingThrottle):
    scope = "messages"


class DraftThrottle(CountingThrottle):
    """DRAFT_RATE. A guest counts alone, not with everybody who shares the address: a page saves by itself."""

    scope = "drafts"

    def get_cache_key(self, request: Any, view: Any) -> Any:
        guest = None if request.user.is_authenticated else guest_in(request)
        if guest:
            return self.cache_format % {"scope": self.scope, "ident": guest}
        return super().get_cache_key(request, view)
