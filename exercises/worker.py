"""What a worker does besides grading: it checks its sandbox, and says that it lives.

Grading does not wait for the check: without a sandbox every run fails closed (exercises.grading puts it back).
The check is there so that /health/ready is red before the first learner notices.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import redis
from celery import bootsteps
from django.utils.timezone import now

import sandbox
from exercises import worker_state
from exercises.worker_state import SIGN_OF_LIFE_SECONDS, WorkerState

logger = logging.getLogger(__name__)

VERIFY_SECONDS = 300  # between two checks of a sandbox that works
VERIFY_AGAIN_SECONDS = 10  # after one that failed


class Watch(bootsteps.StartStopStep):
    """Runs both in threads of the worker's main process, beside the pool of processes that grade."""

    name = "Watch"
    requires = ("celery.worker.components:Pool",)  # its processes are forked before there are threads

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.state = WorkerState(
            hostname=worker.hostname, seen=now(), level="", sandbox_ok=False, reason="the sandbox was not checked yet"
        )

    def start(self, worker: Any) -> None:
        self.threads = [
            threading.Thread(target=self.repeat, args=[action], name=action.__name__, daemon=True)
            for action in (self.check_sandbox, self.report)
        ]
        for thread in self.threads:
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
        while not self.stopping.wait(action()):
            pass

    def check_sandbox(self) -> float:
        before = self.state
        try:
            level = sandbox.verify()
        except sandbox.SandboxUnavailable as error:
            self.set_sandbox(level="", is_ok=False, reason=str(error))
        except Exception as error:  # a bug: the worker goes on, and says so
            logger.exception("checking the sandbox failed")
            self.set_sandbox(level="", is_ok=False, reason=f"checking it failed: {error!r}")
        else:
            self.set_sandbox(level=level, is_ok=True, reason="")
        if (before.sandbox_ok, before.reason) != (self.state.sandbox_ok, self.state.reason):
            if self.state.sandbox_ok:
                logger.info("the sandbox works, isolation level %s", self.state.level)
            else:
                logger.error("the sandbox refuses, nothing can be graded: %s", self.state.reason)
        self.report()
        return VERIFY_SECONDS if self.state.sandbox_ok else VERIFY_AGAIN_SECONDS

    def set_sandbox(self, *, level: str, is_ok: bool, reason: str) -> None:
        self.state = replace(self.state, level=level, sandbox_ok=is_ok, reason=reason)

    def report(self) -> float:
        try:
            worker_state.report(replace(self.state, seen=now()))
        except redis.RedisError as error:
            logger.warning("this worker could not say that it lives: %s", error)
        return SIGN_OF_LIFE_SECONDS
