"""Health for load balancers and people.

/health/live says that the process answers, /health/ready that it can serve learners.
"""

from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.metrics import has_metrics_token
from exercises.worker_state import WorkerState, workers

BROKER_TIMEOUT_SECONDS = 2


class NotReady(Exception):
    """A check failed. The message is for everybody; what it is chained to may name hosts and paths of ours."""


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations")
    except DatabaseError as error:
        raise NotReady("the database does not answer") from error
    return connection.vendor


def check_broker() -> str:
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=BROKER_TIMEOUT_SECONDS, socket_connect_timeout=BROKER_TIMEOUT_SECONDS
        )
        with client:
            client.ping()
    except redis.RedisError as error:
        raise NotReady("the broker does not answer") from error
    return "answers"


def seen_workers() -> list[WorkerState]:
    try:
        return workers()
    except redis.RedisError as error:
        raise NotReady("the broker does not answer") from error


def check_worker() -> str:
    seen = seen_workers()
    if not any(worker.grades for worker in seen):
        raise NotReady("no worker was seen lately; start one: celery -A config.celery worker -Q grading,batch")
    return f"{len(seen)} seen"


def check_sandbox() -> str:
    """The levels of the workers that take runs; one with a sandbox is enough, for the others leave the runs to it."""
    seen = [worker for worker in seen_workers() if worker.grades]
    levels = sorted({worker.level for worker in seen if worker.sandbox_ok})
    refusing = [worker for worker in seen if not worker.sandbox_ok and worker.checked_at]
    if levels:
        return ", ".join(levels) + (f"; refused on {len(refusing)} of {len(seen)} workers" if refusing else "")
    if not refusing:
        raise NotReady("no worker has verified its sandbox yet")
    reasons = sorted({worker.reason for worker in refusing})
    raise NotReady("no worker has a sandbox that works") from SandboxRefused("; ".join(reasons))


class SandboxRefused(Exception):
    """What the workers said of their sandboxes."""


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "broker": check_broker,
    "worker": check_worker,
    "sandbox": check_sandbox,
}


def results(*, in_full: bool) -> dict[str, dict[str, Any]]:
    """Of each check by its name: {"ok": bool, "detail": str}. *in_full*: reasons may name hosts and paths of ours."""
    found: dict[str, dict[str, Any]] = {}
    for name, check in CHECKS.items():
        try:
            found[name] = {"ok": True, "detail": check()}
        except NotReady as problem:
            cause = f": {problem.__cause__}" if in_full and problem.__cause__ else ""
            found[name] = {"ok": False, "detail": f"{problem}{cause}"}
    return found


def is_good(checks: dict[str, dict[str, Any]]) -> bool:
    return all(result["ok"] for result in checks.values())


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every check passes, else 503; the body says for each check whether it passed and why not.

    Locally, and for whoever has METRICS_TOKEN, with the reason in full.
    """
    checks = results(in_full=not settings.PRODUCTION or has_metrics_token(request))
    is_ready = is_good(checks)
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )
