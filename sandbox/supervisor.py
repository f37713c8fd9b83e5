"""Keeps this machine's warm zygotes, and lends them to whoever judges: `python -m sandbox.supervisor SOCKET`.

One process for all workers of a machine. It never sees a job: descriptors go through, from the connection of a judge
to the control socket of a zygote. When it dies its zygotes die, and judges go on with cold starts until it is back.

A connection is one JSON message at a time (SOCK_SEQPACKET):

    {"lease": profile}   → {"warm": true}, and the zygote is this connection's until it closes; {"warm": false} where
                           none is ready: one is then being started
    {"job": true}        with descriptors: handed on to the zygote, no answer
    {"fault": reason}    the zygote is to be replaced, no answer
    {"status": true}     → Supervisor.status()
"""

import argparse
import fcntl
import json
import logging
import os
import selectors
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox import cgroup, jail
from sandbox.baseline import BASELINES
from sandbox.report import SandboxUnavailable
from sandbox.supervision import ALREADY_RUNNING, MESSAGE_BYTES, allow_descriptors, short
from sandbox.zygote import Zygote

logger = logging.getLogger("sandbox.supervisor")

MIB = 1024 * 1024
DEFAULT_MEMORY_MIB = 1024
DEFAULT_JOBS = 300
TICK_SECONDS = 1.0
MEASURE_SECONDS = 10.0  # between two looks at the zygotes' memory
READY_SECONDS = 60.0  # a zygote that needs longer for its imports is given up
FIRST_PAUSE_SECONDS = 0.5  # before a profile whose zygote failed gets another one
LONGEST_PAUSE_SECONDS = 60.0
MAX_DESCRIPTORS = 64
OTHER = "python"  # the profile of a framework that nobody here knows


class BadSetting(Exception):
    """An environment variable has no usable value; the message names it."""


def whole_number(name: str, default: int, low: int, high: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSetting(f"{name} is {text!r}: give a whole number from {low} to {high}")
    return int(text)


@dataclass(slots=True, eq=False)
class Kept:
    """A zygote and its use."""

    zygote: Zygote
    pid: int | None = None  # None until it is ready
    running: int = 0  # leases
    jobs: int = 0
    used: float = field(default_factory=time.monotonic)
    memory_bytes: int = 0
    is_retired: bool = False  # gets no more jobs and ends with the last of those that it has

    @property
    def state(self) -> str:
        if self.is_retired:
            return "retired"
        return "starting" if self.pid is None else "ready"


class Supervisor:
    """An event loop over the listening socket, the judges' connections, and the zygotes.

    *memory_bytes* is what all zygotes together may take (proportional set size); *jobs* after how many one is replaced.
    """

    def __init__(self, listener: socket.socket, *, memory_bytes: int, jobs: int) -> None:
        self.memory_bytes = memory_bytes
        self.jobs = jobs
        self.current: dict[str, Kept] = {}
        self.successors: dict[str, Kept] = {}  # started for one that has done its jobs and serves until they are ready
        self.retired: list[Kept] = []
        self.leases: dict[socket.socket, Kept] = {}
        self.starts: dict[str, int] = {}
        self.faults: dict[str, int] = {}
        self.jobs_done = 0
        self.not_before: dict[str, float] = {}  # when a profile that failed may be started again
        self.failures: dict[str, int] = {}  # of a profile, since a job last went well
        self.next_measure = time.monotonic() + MEASURE_SECONDS
        self.listener = listener
        self.is_deaf = False  # does not listen until the next step
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, self.accept)

    def step(self, seconds: float) -> None:
        """Handle what comes in within *seconds*."""
        for key, _ in self.selector.select(seconds):
            if key.fileobj in self.selector.get_map():  # not closed by what came before it in this very list
                key.data(key.fileobj)
        now = time.monotonic()
        for kept in (*self.current.values(), *self.successors.values()):
            if kept.pid is None and now - kept.zygote.started > READY_SECONDS:
                self.fail(kept, "start", f"was not ready after {READY_SECONDS:g} s")
        if now >= self.next_measure:
            self.next_measure = now + MEASURE_SECONDS
            self.keep_to_the_budget()
            sweep_groups()
        if self.is_deaf:
            self.is_deaf = False
            self.selector.register(self.listener, selectors.EVENT_READ, self.accept)

    def close(self) -> None:
        for kept in (*self.current.values(), *self.successors.values(), *self.retired):
            kept.zygote.close()
        for connection in list(self.selector.get_map().values()):
            if isinstance(connection.fileobj, socket.socket):
                connection.fileobj.close()
        self.selector.close()

    def status(self) -> dict[str, Any]:
        """pid; zygotes with profile, pid, jobs, running, memory_bytes, state; starts by profile; faults by kind."""
        zygotes = [
            {
                "profile": kept.zygote.profile,
                "pid": kept.pid,
                "jobs": kept.jobs,
                "running": kept.running,
                "memory_bytes": kept.memory_bytes,
                "state": kept.state,
            }
            for kept in (*self.current.values(), *self.successors.values(), *self.retired)
        ]
        totals = {"starts": self.starts, "faults": self.faults, "jobs": self.jobs_done}
        return {"pid": os.getpid(), "memory_budget_bytes": self.memory_bytes, "zygotes": zygotes, **totals}

    # Judges.

    def accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        except OSError as error:  # no descriptors left: the listener would stay readable, and keep us busy
            logger.warning("a judge could not be heard: %s", error)
            self.selector.unregister(listener)
            self.is_deaf = True
            return
        with suppress(OSError):
            _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if uid not in (0, os.geteuid()):
                connection.close()
                return
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ, self.listen_to)

    def listen_to(self, connection: socket.socket) -> None:
        descriptors: list[int] = []
        try:
            data, descriptors, flags, _ = socket.recv_fds(
                connection, MESSAGE_BYTES, MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
            if not data:
                self.hang_up(connection)
                return
            if flags & socket.MSG_CTRUNC:  # a job whose last descriptors, its cgroups, are lost must not begin
                raise OSError("this process cannot open as many descriptors as there are in a message")
            self.answer(connection, json.loads(data), descriptors)
        except BlockingIOError:
            pass
        except Exception as error:  # whatever one judge sends, the others are served
            logger.warning("a judge's message was dropped: %r", error)
            self.hang_up(connection)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def answer(self, connection: socket.socket, message: dict[str, Any], descriptors: list[int]) -> None:
        if "lease" in message:
            if connection in self.leases or not isinstance(message["lease"], str):
                raise ValueError("not a request for a zygote")
            kept = self.lend(message["lease"])
            if kept is not None:
                self.leases[connection] = kept
            connection.send(json.dumps({"warm": kept is not None}).encode())
        elif "job" in message:
            self.hand_on(self.leases[connection], descriptors)
        elif "fault" in message:
            self.fail(self.leases[connection], "job", str(message["fault"]))
        elif "status" in message:
            connection.send(json.dumps(self.status()).encode())
        else:
            raise ValueError("not a message of a judge")

    def hang_up(self, connection: socket.socket) -> None:
        self.selector.unregister(connection)
        connection.close()
        kept = self.leases.pop(connection, None)
        if kept is not None:
            kept.running -= 1
            self.jobs_done += 1
            if not kept.is_retired:
                self.failures.pop(kept.zygote.profile, None)
            self.end_if_done(kept)

    # Zygotes.

    def lend(self, profile: str) -> Kept | None:
        profile = profile if profile in BASELINES else OTHER
        kept = self.current.get(profile)
        if kept is None:
            self.start(profile)
            return None
        if kept.pid is None:
            return None
        kept.running += 1
        kept.jobs += 1
        kept.used = time.monotonic()
        if kept.jobs >= self.jobs and profile not in self.successors:
            self.start(profile)
        return kept

    def hand_on(self, kept: Kept, descriptors: list[int]) -> None:
        try:
            kept.zygote.send(descriptors)
        except OSError as error:  # the judge sees the end of its descriptors, and starts cold
            self.fail(kept, "job", f"takes no job: {error}")

    def start(self, profile: str) -> None:
        if time.monotonic() < self.not_before.get(profile, 0):
            return
        try:
            zygote = Zygote(jail.prepare(), profile)
        except (SandboxUnavailable, OSError) as error:
            self.postpone(profile, "start", str(error))
            return
        self.starts[profile] = self.starts.get(profile, 0) + 1
        kept = Kept(zygote)
        (self.successors if profile in self.current else self.current)[profile] = kept
        self.selector.register(zygote.control, selectors.EVENT_READ, lambda _: self.hear(kept))

    def hear(self, kept: Kept) -> None:
        """The zygote is ready, or it has ended."""
        pid = None
        with suppress(OSError):
            pid = kept.zygote.receive_ready()
        if pid is None or kept.pid is not None:
            self.fail(kept, "start" if kept.pid is None else "end", kept.zygote.last_words() or "ended by itself")
            return
        kept.pid = pid
        kept.used = time.monotonic()  # or one that took long to start would be the first to go
        seconds = time.monotonic() - kept.zygote.started
        profile = kept.zygote.profile
        if self.successors.get(profile) is kept:
            self.retire(self.current[profile])  # which makes this one the current
        self.keep_to_the_budget()
        logger.info("zygote %s is ready after %.2f s, %d MiB", kept.zygote.profile, seconds, kept.memory_bytes // MIB)

    def fail(self, kept: Kept, kind: str, reason: str) -> None:
        """Something went wrong with a zygote, which is therefore not used again."""
        if kept.is_retired:
            self.end_if_done(kept)
            return
        self.postpone(kept.zygote.profile, kind, reason)
        self.retire(kept)

    def postpone(self, profile: str, kind: str, reason: str) -> None:
        """Count a fault. Its profile is left alone, and starts cold, for a while that doubles with each in a row."""
        logger.error("zygote %s: %s: %s", profile, kind, reason)
        self.faults[kind] = self.faults.get(kind, 0) + 1
        self.failures[profile] = min(self.failures.get(profile, 0) + 1, 16)
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (self.failures[profile] - 1))
        self.not_before[profile] = time.monotonic() + pause

    def retire(self, kept: Kept) -> None:
        profile = kept.zygote.profile
        for place in (self.successors, self.current):
            if place.get(profile) is kept:
                del place[profile]
        if profile not in self.current and profile in self.successors:
            self.current[profile] = self.successors.pop(profile)
        kept.is_retired = True
        self.retired.append(kept)
        self.end_if_done(kept)

    def end_if_done(self, kept: Kept) -> None:
        has_died = kept.zygote.process.poll() is not None
        if kept.is_retired and kept in self.retired and (kept.running == 0 or has_died):
            self.retired.remove(kept)
            with suppress(KeyError, ValueError):
                self.selector.unregister(kept.zygote.control)
            kept.zygote.close()

    def keep_to_the_budget(self) -> None:
        """Measure, and while all together take too much end the one that was not used for the longest time."""
        for kept in (*self.current.values(), *self.successors.values(), *self.retired):
            if kept.pid is not None:
                kept.memory_bytes = memory_of(kept.pid)
        while sum(kept.memory_bytes for kept in self.current.values()) > self.memory_bytes:
            ready = [kept for kept in self.current.values() if kept.pid is not None]
            oldest = min(ready, key=lambda kept: (kept.running > 0, kept.used))
            if len(ready) == 1:
                self.not_before[oldest.zygote.profile] = time.monotonic() + LONGEST_PAUSE_SECONDS
                logger.warning("zygote %s alone is over SANDBOX_ZYGOTE_MEMORY", oldest.zygote.profile)
            self.retire(oldest)


def sweep_groups() -> None:
    """Remove the cgroups of judges that died."""
    with suppress(cgroup.Unavailable, OSError):
        cgroup.hierarchy().sweep()


def memory_of(pid: int) -> int:
    """The proportional set size of a zygote, in bytes; 0 if it is gone."""
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:
        for line in file:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def listening(path: Path, stack: ExitStack) -> socket.socket | None:
    """The socket of mode 0600 at *path*, or None if another supervisor has it. What a dead one left is replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    stack.callback(os.close, lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    path.unlink(missing_ok=True)
    listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
    before = os.umask(0o177)
    try:
        with short(path) as name:
            listener.bind(name)
    finally:
        os.umask(before)
    listener.listen(128)
    listener.setblocking(False)
    return listener


def serve(path: Path, *, memory_bytes: int, jobs: int, go_on: Callable[[], bool]) -> int:
    """Serve as long as *go_on* says so; the exit status."""
    allow_descriptors()
    with ExitStack() as stack:
        listener = listening(path, stack)
        if listener is None:
            return ALREADY_RUNNING
        sweep_groups()
        supervisor = Supervisor(listener, memory_bytes=memory_bytes, jobs=jobs)
        stack.callback(supervisor.close)
        wakeup, signalled = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)  # or a signal would wait for the end of the tick
        for descriptor in (wakeup, signalled):
            stack.callback(os.close, descriptor)
        signal.set_wakeup_fd(signalled)
        stack.callback(signal.set_wakeup_fd, -1)
        supervisor.selector.register(wakeup, selectors.EVENT_READ, lambda _: os.read(wakeup, 64))
        while go_on():
            supervisor.step(TICK_SECONDS)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.supervisor", description=__doc__.partition("\n")[0])
    parser.add_argument("socket", type=Path, help="where to listen")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is not the parent any more")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopped.append(received))
    try:
        memory_mib = whole_number("SANDBOX_ZYGOTE_MEMORY", DEFAULT_MEMORY_MIB, 0, 1_000_000)
        jobs = whole_number("SANDBOX_ZYGOTE_JOBS", DEFAULT_JOBS, 1, 1_000_000)
        return serve(
            options.socket,
            memory_bytes=memory_mib * MIB,
            jobs=jobs,
            go_on=lambda: not stopped and options.parent in (0, os.getppid()),
        )
    except (BadSetting, OSError) as error:
        print(f"the supervisor cannot start: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
