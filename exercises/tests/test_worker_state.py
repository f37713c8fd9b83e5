"""What workers say about themselves, in a real Valkey."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.conf import settings as django_settings

from exercises import redis_client, worker_state
from exercises.worker_state import WorkerState, no_sandbox_since, workers

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def state(hostname="celery@one", **fields):
    return WorkerState(
        **{"hostname": hostname, "seen": NOON, "level": "rootless", "sandbox_ok": True, "reason": "", **fields}
    )


def refusing(hostname, minute, **fields):
    since = NOON + timedelta(minutes=minute)
    return state(
        hostname, level="", sandbox_ok=False, reason="no bwrap", checked_at=NOON, refused_since=since, **fields
    )


def test_what_is_reported_is_read_back():
    full = state(
        machine="one",
        is_consuming=False,
        running=2,
        checked_at=NOON,
        refused_since=NOON - timedelta(seconds=1),
        supervisor={"pid": 3, "zygotes": []},
    )

    worker_state.report(full)

    assert workers() == [full]


def test_a_worker_of_another_version_is_understood():
    said = {"hostname": "celery@old", "seen": NOON.isoformat(), "level": "full", "sandbox_ok": True, "reason": ""}
    for name, more in (("celery@old", {}), ("celery@new", {"hostname": "celery@new", "shoe_size": 42})):
        redis_client.client().set(worker_state.key_of(name), json.dumps({**said, **more}))
        redis_client.client().sadd(worker_state.NAMES, name)

    assert workers() == [state("celery@new", level="full"), state("celery@old", level="full")]


def test_a_worker_that_was_not_seen_for_a_while_is_not_listed():
    for name in ("b", "a"):
        worker_state.report(state(name))
    assert [state.hostname for state in workers()] == ["a", "b"]

    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        assert 0 < client.ttl("worker:a") <= worker_state.TTL_SECONDS
        client.delete("worker:a")

    assert [state.hostname for state in workers()] == ["b"]


@pytest.mark.parametrize(
    ("states", "minute"),
    [
        ([], None),
        ([state()], None),
        ([refusing("a", 1)], 1),
        ([refusing("a", 1), refusing("b", 3)], 3),
        ([refusing("a", 1), state("b")], None),
        ([refusing("a", 1), refusing("b", 2, grades=False)], 1),
        ([refusing("a", 1, grades=False)], None),
        ([refusing("a", 1), state("b", grades=False)], 1),
        ([refusing("a", 1), state("b", sandbox_ok=False, reason="not checked yet")], None),
    ],
)
def test_no_sandbox_since_needs_every_worker_that_grades_to_refuse(states, minute):
    for one in states:
        worker_state.report(one)

    assert no_sandbox_since() == (None if minute is None else NOON + timedelta(minutes=minute))


def test_workers_raises_while_redis_is_away(valkey):
    valkey.stop()
    try:
        with pytest.raises(redis.RedisError):
            workers()
    finally:
        valkey.start()
