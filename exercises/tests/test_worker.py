"""What a worker says about itself, with the real sandbox and a real Valkey."""

import time
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings as django_settings

import sandbox
from exercises import worker, worker_state
from exercises.worker_state import WorkerState, workers

HOST = "celery@one"


@pytest.fixture
def watch(monkeypatch):
    """The worker's step, started and stopped as a worker does."""
    monkeypatch.setattr(worker, "VERIFY_AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(worker, "SIGN_OF_LIFE_SECONDS", 0.2)
    celery_worker = SimpleNamespace(hostname=HOST)
    step = worker.Watch(celery_worker)
    yield step
    step.stop(celery_worker)
    for thread in step.threads:
        thread.join(30)


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, workers()
        time.sleep(0.05)
    return found


def states():
    return [(state.hostname, state.level, state.sandbox_ok, state.reason) for state in workers()]


def test_watch_reports_the_level_of_the_sandbox(watch):
    watch.start(None)

    assert wait_for(states) == [(HOST, "", False, "the sandbox was not checked yet")]
    wait_for(lambda: workers()[0].sandbox_ok)
    assert states() == [(HOST, sandbox.verify(), True, "")]


def test_watch_looks_again_soon_after_a_failure(watch, monkeypatch, caplog):
    def refuse():
        raise sandbox.SandboxUnavailable("bwrap is missing")

    with monkeypatch.context() as outage:
        outage.setattr(sandbox, "verify", refuse)
        watch.start(None)
        wait_for(lambda: states() == [(HOST, "", False, "bwrap is missing")])

    wait_for(lambda: workers()[0].sandbox_ok)
    assert "the sandbox refuses, nothing can be graded: bwrap is missing" in caplog.text


def test_watch_survives_a_bug_in_the_check(watch, monkeypatch, caplog):
    monkeypatch.setattr(sandbox, "verify", lambda: 1 / 0)

    watch.start(None)

    wait_for(lambda: states() == [(HOST, "", False, "checking it failed: ZeroDivisionError('division by zero')")])
    assert "checking the sandbox failed" in caplog.text


def test_watch_goes_on_without_redis(watch, valkey):
    valkey.stop()
    try:
        watch.start(None)
        time.sleep(0.5)
    finally:
        valkey.start()

    assert wait_for(workers)[0].hostname == HOST


def test_a_worker_that_stops_is_forgotten(watch):
    watch.start(None)
    wait_for(workers)

    watch.stop(None)

    assert workers() == []


def test_a_worker_that_was_not_seen_for_a_while_is_not_listed():
    for name in ("b", "a"):
        worker_state.report(WorkerState(hostname=name, seen=worker.now(), level="strict", sandbox_ok=True, reason=""))
    assert [state.hostname for state in workers()] == ["a", "b"]

    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        assert 0 < client.ttl("worker:a") <= worker_state.TTL_SECONDS
        client.delete("worker:a")

    assert [state.hostname for state in workers()] == ["b"]


def test_workers_raises_while_redis_is_away(valkey):
    valkey.stop()
    try:
        with pytest.raises(redis.RedisError):
            workers()
    finally:
        valkey.start()
