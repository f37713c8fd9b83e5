"""What a worker does besides grading: it proves its sandbox, keeps its supervisor up, and says that it lives.

The proof is a canary: a job of ours that tries what must be impossible (sandbox.verify). Until it has passed, and while
it fails, the worker takes no runs from the queue: they wait there for a worker that has a sandbox, with all their
tries. There is no automatic downgrade.
"""

import atexit
import logging
import platform
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

import redis
from celery import bootsteps
from celery.worker import state as celery_state
from django.utils.timezone import now

import sandbox
from exercises import gate, metrics, worker_state
from exercises.consuming import Consumption
from exercises.supervising import Keeper
from exercises.worker_state import SIGN_OF_LIFE_SECONDS, WorkerState
from sandbox import supervision

logger = logging.getLogger(__name__)

VERIFY_SECONDS = 300  # between two checks of a sandbox that works
VERIFY_RUNS = 300  # or after this many runs, if that is sooner
VERIFY_AGAIN_SECONDS = 10  # after a check that failed, and the least between two that something gave a reason for
SUPERVISOR_SECONDS = 5  # that the first check waits for the supervisor: runs go its way, so that is to be proved
TICK_SECONDS = 1
TASKS = ("exercises.judge_run", "exercises.judge_next")


class Watch(bootsteps.StartStopStep):
    """Runs all of it in threads of the worker's main process, beside the pool of processes that grade."""

    name = "Watch"
    requires = ("celery.worker.components:Pool",)  # its processes are forked before there are threads

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.consumption = Consumption(worker)
        self.keeper = Keeper(supervision, supervision.socket_path())
        self.deaths_counted = 0
        self.last_check = -float("inf")  # when it ended, by the monotonic clock
        self.runs_at_check = 0
        self.supervisor_at_check: int | None = None
        self.state = WorkerState(
            hostname=worker.hostname,
            machine=platform.node(),
            grades=self.consumption.is_ours,
            seen=now(),
            level="",
            sandbox_ok=False,
            reason="the sandbox was not checked yet",
        )

    def start(self, worker: Any) -> None:
        self.consumption.pause()  # until the first check has passed
        atexit.register(self.keeper.stop)
        self.threads = [
            threading.Thread(target=self.repeat, args=[action], name=action.__name__, daemon=True)
            for action in (self.check_sandbox, self.report)
        ]
        # Goes on until the process ends: the pool, which stops after this step, finishes its runs with what it has.
        supervising = threading.Thread(target=self.keep_supervisor, name="keep_supervisor", daemon=True)
        for thread in [*self.threads, supervising]:
            thread.start()

    def stop(self, worker: Any) -> None:
        self.stopping.set()
        self.threads[1].join(SIGN_OF_LIFE_SECONDS)
        try:
            worker_state.forget(self.state.hostname)
        except redis.RedisError as error:
            logger.warning("the end of this worker was not reported: %s", error)

    def terminate(self, worker: Any) -> None:
        self.stop(worker)

    def repeat(self, action: Callable[[], float]) -> None:
        """Call *action*, which returns after how many seconds it wants to be called again, until the worker stops."""
        while not self.stopping.wait(attempted(action)):
            pass

    def keep_supervisor(self) -> None:
        pause = threading.Event()
        while not self.keeper.is_stopped:
            pause.wait(attempted(self.keeper.look))
            if self.keeper.deaths > self.deaths_counted and metrics.count(metrics.FAULTS, kind="supervisor_died"):
                self.deaths_counted += 1

    # The canary

    def check_sandbox(self) -> float:
        """Look at the sandbox if it is time to, and see that the worker consumes as it should."""
        if self.is_check_due():
            if self.state.checked_at is None:
                self.keeper.has_answered.wait(SUPERVISOR_SECONDS)
            self.runs_at_check, self.supervisor_at_check = runs_taken(), self.keeper.pid
            gate.take_wanted_check()
            before = self.state
            self.state = self.verified(before)
            self.last_check = monotonic()
            if self.state.sandbox_ok:
                self.consumption.resume()
            else:
                self.consumption.pause()
                metrics.count(metrics.FAULTS, kind="canary_failed")
            if (before.sandbox_ok, before.reason) != (self.state.sandbox_ok, self.state.reason):
                if self.state.sandbox_ok:
                    logger.info("the sandbox works, isolation level %s", self.state.level)
                else:
                    logger.error("the sandbox refuses, no runs are taken: %s", self.state.reason)
            self.report()
        self.consumption.reconcile()
        return TICK_SECONDS

    def is_check_due(self) -> bool:
        seconds = monotonic() - self.last_check
        if not self.state.sandbox_ok:
            return seconds >= VERIFY_AGAIN_SECONDS
        is_new = self.keeper.pid not in (None, self.supervisor_at_check)
        has_reason = is_new or runs_taken() - self.runs_at_check >= VERIFY_RUNS
        # A learner's program might make its run fail: it may not have us do nothing but check.
        if seconds >= VERIFY_AGAIN_SECONDS and (has_reason or gate.take_wanted_check()):
            return True
        return seconds >= VERIFY_SECONDS

    def verified(self, before: WorkerState) -> WorkerState:
        """The state after one check."""
        try:
            level = sandbox.verify()
        except sandbox.SandboxUnavailable as error:
            reason = str(error)
        except Exception as error:  # a bug: the worker goes on, and says so
            logger.exception("checking the sandbox failed")
            reason = f"checking it failed: {error!r}"
        else:
            return replace(before, level=level, sandbox_ok=True, reason="", checked_at=now(), refused_since=None)
        since: datetime = before.refused_since or now()
        return replace(before, level="", sandbox_ok=False, reason=reason, checked_at=now(), refused_since=since)

    # The sign of life

    def report(self) -> float:
        if self.stopping.is_set():
            return SIGN_OF_LIFE_SECONDS
        current = replace(
            self.state,
            seen=now(),
            is_consuming=self.consumption.is_consuming,
            running=runs_under_way(),
            supervisor=self.keeper.status,
        )
        try:
            worker_state.report(current)
        except redis.RedisError as error:
            logger.warning("this worker could not say that it lives: %s", error)
        return SIGN_OF_LIFE_SECONDS


def attempted(action: Callable[[], float]) -> float:
    """The seconds that *action* returned; a bug in it is logged and must not end the thread."""
    try:
        return action()
    except Exception:
        logger.exception("watching the worker failed")
        return SIGN_OF_LIFE_SECONDS


def runs_taken() -> int:
    """Runs that this worker has begun with since it was started."""
    return sum(celery_state.total_count[task] for task in TASKS)


def runs_under_way() -> int:
    """Runs that the pool judges now; counted again when Celery's thread changes the set meanwhile."""
    while True:
        try:
            return sum(request.name in TASKS for request in celery_state.active_requests)
        except RuntimeError:
            continue
