"""What a worker does beside grading: Celery's own worker, in a thread, on a real Valkey."""

import atexit
import os
import signal
import threading
import time
from datetime import timedelta

import pytest
import redis
from celery import Celery
from celery.worker import WorkController
from celery.worker import state as celery_state
from django.conf import settings as django_settings

import sandbox
from exercises import gate, grading, metrics, redis_client, sweeping, tasks, worker  # noqa: F401 - tasks: for the names
from exercises.worker_state import no_sandbox_since, workers
from sandbox import supervision

# Celery says, at each loss of its connection, what its next version will do then.
pytestmark = pytest.mark.filterwarnings("ignore::celery.exceptions.CPendingDeprecationWarning")
HOST = "celery@one"


class Canary:
    """In the place of sandbox.verify: passes or fails as the test says, and counts."""

    def __init__(self):
        self.checks = 0
        self.problem = None
        self.reason = "bwrap is missing"

    def __call__(self):
        self.checks += 1
        if self.problem is not None:
            raise self.problem(self.reason)
        return "rootless"


class Worker:
    """A worker that judges in the thread of its consumer; judging is only noting which run it would have been."""

    def __init__(self, broker, queues, monkeypatch):
        self.judged, self.sweeps = [], []
        monkeypatch.setattr(grading, "grade", self.judged.append)
        monkeypatch.setattr(sweeping, "sweep", lambda: self.sweeps.append(1))
        self.app = Celery("test", broker=broker, set_as_current=False, fixups=[])
        self.app.conf.task_default_queue = "grading"
        self.app.conf.broker_connection_retry_on_startup = True
        self.app.conf.worker_hijack_root_logger = False
        self.app.steps["worker"].add(worker.Watch)
        self.controller = WorkController(
            app=self.app, hostname=HOST, pool="solo", queues=queues, without_mingle=True, without_gossip=True
        )
        self.step = next(step for step in self.controller.steps if isinstance(step, worker.Watch))
        self.thread = threading.Thread(target=self.controller.start)

    def send_run(self, number):
        self.app.send_task("exercises.judge_run", args=[number], queue="grading")

    def send_sweep(self):
        self.app.send_task("exercises.sweep_runs", queue="batch")

    def stop(self):
        celery_state.should_stop = 0
        self.thread.join(20)
        for thread in self.step.threads:
            thread.join(20)
        self.step.keeper.stop()
        atexit.unregister(self.step.keeper.stop)
        celery_state.should_stop = None


@pytest.fixture
def canary(monkeypatch):
    canary = Canary()
    monkeypatch.setattr(sandbox, "verify", canary)
    return canary


@pytest.fixture
def start(monkeypatch, valkey, tmp_path):
    """Starts a worker that is quick to look again."""
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "sandbox.sock"))
    monkeypatch.setattr(worker, "VERIFY_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(worker, "SIGN_OF_LIFE_SECONDS", 0.1)
    started = []

    def start(queues="grading,batch"):
        started.append(Worker(valkey.url.replace("unix://", "redis+socket://", 1), queues, monkeypatch))
        started[-1].thread.start()
        return started[-1]

    yield start
    for one in started:
        one.stop()
    gate.open_again()


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def seen():
    try:
        return [(state.sandbox_ok, state.is_consuming, state.reason) for state in workers()]
    except redis.RedisError:
        return []


def waiting(queue="grading"):
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        return client.llen(queue)


def test_watch_reports_the_level_of_the_real_sandbox(start):
    start()

    state = wait_for(lambda: [state for state in workers() if state.sandbox_ok])[0]

    assert (state.hostname, state.level, state.reason) == (HOST, sandbox.verify(), "")
    assert (state.grades, state.refused_since) == (True, None)
    assert worker.now() - state.checked_at < timedelta(seconds=20)


def test_no_run_is_taken_before_the_first_check_has_passed(start, monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(sandbox, "verify", lambda: is_over.wait(20) and "rootless")
    one = start()
    one.send_run(1)
    wait_for(lambda: seen() == [(False, False, "the sandbox was not checked yet")])
    time.sleep(0.3)
    assert (one.judged, waiting(), gate.is_closed()) == ([], 1, True)

    is_over.set()

    wait_for(lambda: one.judged == [1])
    wait_for(lambda: seen() == [(True, True, "")])
    assert not gate.is_closed()


def test_runs_are_left_in_the_queue_while_the_canary_fails(start, canary, caplog):
    one = start()
    one.send_run(1)
    wait_for(lambda: one.judged == [1])

    canary.problem = sandbox.SandboxUnavailable
    gate.want_check()
    wait_for(lambda: seen() == [(False, False, "bwrap is missing")])
    one.send_run(2)
    one.send_sweep()
    wait_for(lambda: one.sweeps)  # what needs no sandbox goes on
    time.sleep(0.3)
    assert (one.judged, waiting(), gate.is_closed()) == ([1], 1, True)
    assert caplog.text.count("the sandbox refuses, no runs are taken: bwrap is missing") == 1

    canary.problem = None
    wait_for(lambda: one.judged == [1, 2])
    assert (seen(), gate.is_closed()) == ([(True, True, "")], False)


def test_a_connection_made_anew_leaves_a_pause_as_it_is(start, canary, valkey):
    canary.problem = sandbox.SandboxUnavailable
    one = start()
    wait_for(lambda: canary.checks)

    valkey.stop()
    valkey.start()
    one.send_run(1)
    one.send_sweep()
    wait_for(lambda: one.sweeps)
    time.sleep(0.3)
    assert (one.judged, waiting()) == ([], 1)

    canary.problem = None
    wait_for(lambda: one.judged == [1])


def test_a_connection_made_anew_takes_runs_after_a_pause(start, canary, valkey):
    canary.problem = sandbox.SandboxUnavailable
    one = start()
    wait_for(lambda: canary.checks)
    canary.problem = None
    wait_for(lambda: seen() == [(True, True, "")])

    valkey.stop()
    valkey.start()
    one.send_run(1)

    wait_for(lambda: one.judged == [1])


def test_a_pause_that_begins_and_ends_while_the_broker_is_away(start, canary, valkey):
    one = start()
    wait_for(lambda: seen() == [(True, True, "")])
    valkey.stop()
    try:
        canary.problem = sandbox.SandboxUnavailable
        gate.want_check()
        wait_for(lambda: not one.step.state.sandbox_ok)
    finally:
        valkey.start()
    one.send_run(1)
    wait_for(lambda: seen() == [(False, False, "bwrap is missing")])
    assert (one.judged, waiting()) == ([], 1)

    canary.problem = None
    wait_for(lambda: one.judged == [1])


def test_a_worker_of_other_queues_never_takes_runs(start, canary):
    one = start("batch")
    wait_for(lambda: [state for state in workers() if state.sandbox_ok])
    one.send_run(1)
    one.send_sweep()

    wait_for(lambda: one.sweeps)
    assert (one.judged, waiting(), workers()[0].grades, gate.is_closed()) == ([], 1, False, False)


def settled(one, canary):
    """Wait until it consumes and its supervisor answers; the number of checks by then."""
    wait_for(lambda: one.step.supervisor_at_check and one.step.state.sandbox_ok)
    wait_for(lambda: one.step.consumption.is_consuming)
    return canary.checks


@pytest.mark.parametrize("runs", [1, 3])
def test_the_canary_runs_again_after_a_number_of_runs(start, canary, monkeypatch, runs):
    monkeypatch.setattr(worker, "VERIFY_RUNS", 3)
    one = start()
    before = settled(one, canary)

    for number in range(runs):
        one.send_run(number)
    wait_for(lambda: len(one.judged) == runs)
    time.sleep(0.3)

    assert canary.checks - before == runs // 3


def test_the_canary_runs_again_after_a_time(start, canary, monkeypatch):
    monkeypatch.setattr(worker, "VERIFY_SECONDS", 0.2)
    start()

    wait_for(lambda: canary.checks == 3)


def test_runs_cannot_have_the_canary_run_all_the_time(start, canary, monkeypatch):
    before = settled(start(), canary)
    monkeypatch.setattr(worker, "VERIFY_AGAIN_SECONDS", 30)

    gate.want_check()
    time.sleep(0.3)

    assert canary.checks == before


def test_watch_survives_a_bug_in_the_check(start, canary, caplog):
    canary.problem = ZeroDivisionError

    start()

    wait_for(lambda: seen() == [(False, False, "checking it failed: ZeroDivisionError('bwrap is missing')")])
    assert "checking the sandbox failed" in caplog.text
    canary.problem = None
    wait_for(lambda: seen() == [(True, True, "")])


def test_the_supervisor_is_kept_up_and_shown(start, canary):
    before = settled(start(), canary)
    shown = wait_for(lambda: workers() and workers()[0].supervisor)
    assert shown == supervision.status()
    os.kill(shown["pid"], signal.SIGKILL)

    wait_for(lambda: (workers()[0].supervisor or shown)["pid"] != shown["pid"])

    wait_for(lambda: canary.checks > before)  # it has not proved itself
    wait_for(lambda: redis_client.client().hget(metrics.KEY, "fieldguide_faults|supervisor_died") == "1")


def test_an_outage_is_dated_from_its_first_failure(start, canary):
    canary.problem = sandbox.SandboxUnavailable
    start()
    wait_for(lambda: canary.checks >= 2)
    since = wait_for(no_sandbox_since)
    checks = canary.checks
    wait_for(lambda: canary.checks > checks + 2)

    assert workers()[0].refused_since == since == no_sandbox_since()
    canary.problem = None
    wait_for(lambda: workers()[0].sandbox_ok)
    assert no_sandbox_since() is None


def test_a_worker_that_stops_is_forgotten(start, canary):
    one = start()
    wait_for(seen)

    one.stop()

    assert workers() == []
