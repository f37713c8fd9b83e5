"""The zygote: an interpreter in a jail of its own that has imported a framework, and forks a child for each job.

It is pid 1 of bubblewrap's namespaces, runs nothing of a learner, and never sees a job: one child is always ready in
advance, isolated and waiting on the control socket, and whichever job comes is that child's. So what one learner sent
is in no memory that another's process inherits.
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from . import init, landlock, namespaces

REFUSED = 78  # EX_CONFIG
MAX_FAILURES = 3  # children in a row that could not isolate themselves
PAUSE_SECONDS = 0.1  # after such a child
TAKEN = b"T"  # the child has got its job


def main() -> None:
    config_fd, control_fd = map(int, sys.argv[1:3])
    with open(config_fd, "rb") as file:
        config = json.load(file)
    forget_signals()
    if config["profile"]:
        from . import preload  # noqa: PLC0415 a cold start does without it, and without all that it imports

        preload.preload(config["profile"])
    config["programs"] = landlock.programs()
    init.announce(control_fd)
    Zygote(config, control_fd).run()


def forget_signals() -> None:
    """Have every signal do what it usually does, whatever this process was started from ignores or blocks.

    As pid 1 it is immune to those that it does not handle. What Python ignores stays so: a program expects it.
    """
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


@dataclass(slots=True)
class Zygote:
    """Keeps one child ready. *config*: profile, jobs (how many it serves, or None), filter, skip (layers left out)."""

    config: dict[str, Any]
    control: int
    events: tuple[int, int] = field(default_factory=os.pipe)
    wakeup: tuple[int, int] = field(default_factory=os.pipe)
    spare: int = 0  # pid of the child that has no job yet
    taken: int = 0  # how many jobs its children have got
    failures: int = 0  # in a row

    def run(self) -> NoReturn:
        for descriptor in (*self.wakeup, self.events[0]):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wakeup[1], warn_on_full_buffer=False)
        self.fork_spare()
        while True:
            select.select([self.events[0], self.wakeup[0]], [], [])
            with suppress(BlockingIOError):
                os.read(self.wakeup[0], 4096)
            self.read_events()
            self.reap()

    def fork_spare(self) -> None:
        try:
            self.spare = namespaces.fork()
        except OSError:
            traceback.print_exc()
            return self.replace_failed()
        if self.spare == 0:
            self.become_spare()

    def become_spare(self) -> NoReturn:
        """In the child, pid 1 of its namespaces: make itself at home there, and wait for a job."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            namespaces.settle()
            init.main(self.control, self.config, lambda: os.write(self.events[1], TAKEN))
        except BaseException:
            traceback.print_exc()
        os._exit(REFUSED)

    def read_events(self) -> None:
        with suppress(BlockingIOError):
            for _ in os.read(self.events[0], 64):
                self.spare, self.failures = 0, 0
                self.taken += 1
                if self.taken != self.config["jobs"]:
                    self.fork_spare()

    def reap(self) -> None:
        """Collect the dead, of which most are jobs that ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                if self.taken == self.config["jobs"]:
                    os._exit(0)
                return
            if pid == 0:
                return
            self.read_events()  # a child that took its job and died since the last look
            if pid == self.spare:
                if status == 0:
                    os._exit(0)  # nobody will send jobs any more
                self.replace_failed()

    def replace_failed(self) -> None:
        """A child could not isolate itself, and said why on stderr. Often that is a lack of something that passes."""
        self.failures += 1
        if self.failures >= MAX_FAILURES:
            os._exit(REFUSED)
        time.sleep(PAUSE_SECONDS)
        self.fork_spare()
