"""Keeps the sandbox's supervisor up: one on each machine, started by whichever worker finds none."""

from __future__ import annotations

import logging
import subprocess
import threading
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1
BACKOFF_SECONDS = (1, 2, 4, 10)  # before the 1st, 2nd, … start after one that failed, and every later one
STEADY_SECONDS = 30  # a supervisor that ran this long starts afresh in that row
ANSWER_SECONDS = 15  # one that has not answered for this long hangs
STOP_SECONDS = 3


class Supervision(Protocol):
    """What sandbox.supervision gives."""

    ALREADY_RUNNING: int  # exit status of a supervisor that found another one's lock

    def start(self, path: Path, /) -> subprocess.Popen[bytes]: ...

    def status(self, path: Path, /) -> dict[str, Any] | None: ...


class Keeper:
    """Looks after the supervisor that listens at *path*: this worker's, or that of another worker on the machine.

    look() has to be called from one thread that lives as long as the worker: what a thread starts ends with it.
    """

    def __init__(self, supervision: Supervision, path: Path) -> None:
        self.supervision = supervision
        self.path = path
        self.status: dict[str, Any] | None = None  # what it said last; None while nobody answers
        self.has_answered = threading.Event()
        self.deaths = 0  # of supervisors of ours that nobody asked to end
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0  # in a row
        self.started = self.answered = self.start_at = 0.0
        self.is_stopped = False
        self.lock = threading.Lock()  # of starting and stopping

    def look(self) -> float:
        """Start, restart or leave alone; returns the seconds until it wants to be called again."""
        self.status = self.supervision.status(self.path)
        with self.lock:
            if not self.is_stopped:
                self._look(monotonic())
        return LOOK_SECONDS

    def _look(self, now: float) -> None:
        if self.status is not None:
            self.answered = now
            self.has_answered.set()
        if self.process is not None and self.process.poll() is None:
            if now - max(self.answered, self.started) < ANSWER_SECONDS:
                return
            logger.error("the supervisor of the sandbox has not answered for %s s and is killed", ANSWER_SECONDS)
            self.process.kill()
            self.process.wait()
        if self.process is not None:
            self._note_end(self.process, now)
        elif self.status is None and now >= self.start_at:
            self.process = self.supervision.start(self.path)
            self.started = now
            logger.debug("the supervisor of the sandbox is started, process %s", self.process.pid)

    def _note_end(self, process: subprocess.Popen[bytes], now: float) -> None:
        self.process = None
        if process.returncode == self.supervision.ALREADY_RUNNING:
            self.start_at = now + LOOK_SECONDS  # another worker was faster; ours is wanted again when that one goes
            return
        self.deaths += 1
        self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
        pause = BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS)) - 1]
        self.start_at = now + pause
        logger.log(
            logging.ERROR if self.failures == 1 else logging.INFO,
            "the supervisor of the sandbox ended with status %s; started again in %s s, and runs start cold until then",
            process.returncode,
            pause,
        )

    @property
    def pid(self) -> int | None:
        """Of the supervisor that answers, whoever started it."""
        status = self.status
        return None if status is None else int(status["pid"])

    def stop(self) -> None:
        """End the supervisor if it is ours; another worker on this machine then starts one of its own."""
        with self.lock:
            self.is_stopped = True
            if self.process is None or self.process.poll() is not None:
                return
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
