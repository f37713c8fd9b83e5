"""Starts one job, warm or cold, and gets hold of what its pid 1 passes out."""

import fcntl
import json
import math
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn

from sandbox import cgroup, jail, supervision
from sandbox.baseline import baseline_of
from sandbox.job import MIB, Job
from sandbox.level import Level, level
from sandbox.report import Interrupted, SandboxUnavailable
from sandbox.zygote import REASON_BYTES, Zygote, memory_file

# For the launcher, bubblewrap and the harness up to its lock-down: our own work, so not the learner's time.
STARTUP_SECONDS = 30.0
WARM_STARTUP_SECONDS = 10.0  # a warm zygote that takes longer is broken; there is the cold start
KILL_SECONDS = 10.0
KEEP_GOING_SECONDS = 0.5
THREAD_STACK_BYTES = 2 * MIB  # what the harness gives each thread

# What pid 1 passes out (harness/init.py: pass_out), before the sockets.
_PASSED_OUT = ("pid 1", "/proc", "/work", "/tmp", "/dev/shm")  # noqa: S108 the jail's own
_IN_ONE_MESSAGE = 253  # descriptors, at most

# F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE: as numbers, because the doctor imports this on any system.
_SEALS = 1 | 2 | 4 | 8

# The mode of a pipe that a program may open once more, as /dev/stdout, whoever the worker is: to write, not to read.
WRITABLE = 0o622

# Address space is cheap and libraries reserve it freely; this bounds what one process can touch between two polls.
ADDRESS_SLACK_BYTES = 2048 * MIB


class ZygoteLost(SandboxUnavailable):
    """A warm start failed, or its zygote was killed; a cold one can still be tried."""


@dataclass(slots=True)
class Inside:
    """A locked-down jail whose harness is about to load the learner's program. All descriptors are ours to close."""

    init: int  # pidfd of pid 1 inside: killing it kills everything
    proc: int  # /proc of inside
    folders: tuple[int, ...]  # /work, /tmp and /dev/shm, to ask how full they are; never to open anything in
    sockets: list[socket.socket]  # in the jail's network namespace
    stdout: int
    stderr: int
    status: int  # how the program ended, from pid 1 inside: the one thing said after the lock-down that is believed
    diagnosis: int
    level: Level
    is_warm: bool
    group: cgroup.Group | None  # at level full
    way: supervision.Lease | Zygote
    baseline_bytes: int  # of memory, which is not the learner's
    started: float = field(default_factory=time.monotonic)


@contextmanager
def started(job: Job, *, warm: bool = True, keep_going: Callable[[], bool] = lambda: True) -> Iterator[Inside]:
    """A running jail for *job*; at the end of the block all of its processes are dead.

    *keep_going* is asked about twice a second until then.

    Raises SandboxUnavailable if it could not be started, did not lock itself down, or could not be killed; ZygoteLost
    where a cold start, *warm* false, may still go well; Interrupted if *keep_going* said no.
    """
    with ExitStack() as stack:
        try:
            inside = _start(job, stack, keep_going, warm=warm)
        except OSError as error:
            raise SandboxUnavailable(f"the sandbox failed: {error}") from error
        yield inside


def _start(job: Job, stack: ExitStack, keep_going: Callable[[], bool], *, warm: bool) -> Inside:
    isolation = level()
    lease = supervision.lease(job.framework) if warm else None
    way: supervision.Lease | Zygote = lease or Zygote(jail.prepare(), "", jobs=1)
    stack.callback(way.close)
    baseline_bytes = baseline_of(job.framework).memory_bytes(is_warm=lease is not None)
    group = stack.enter_context(_group(job, baseline_bytes)) if isolation is Level.FULL else None
    out, out_inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    # Every descriptor has one owner: *stack* until the end of the job, *handed_over* until it was sent. Closing one
    # twice would, in a worker with threads, close somebody else's.
    with ExitStack() as handed_over:
        stack.enter_context(out)
        handed_over.enter_context(out_inside)
        job_fd = memory_file(handed_over, "job", _job_for_harness(job))
        stdin = _input(handed_over, job)
        stdout, stdout_inside = _pipe(stack, handed_over)
        stderr, stderr_inside = _pipe(stack, handed_over)
        for inside in (stdout_inside, stderr_inside):
            os.fchmod(inside, WRITABLE)
        lockdown, lockdown_inside = _pipe(stack, handed_over)
        status, status_inside = _pipe(stack, handed_over)
        diagnosis, diagnosis_inside = _pipe(stack, handed_over)
        descriptors = [job_fd, out_inside.fileno(), stdin, stdout_inside, stderr_inside]  # the order of harness/init.py
        descriptors += [lockdown_inside, status_inside, diagnosis_inside, *(group.joins if group else ())]
        try:
            way.send(descriptors)
        except OSError as error:
            _fail(way, stderr, f"it does not take the job: {error}")

    patience = _Patience(WARM_STARTUP_SECONDS if lease else STARTUP_SECONDS, keep_going)
    passed_out = _received(out, len(_PASSED_OUT), patience)
    if not passed_out:
        _fail(way, stderr, "it did not isolate the job")
    init, proc, *folders = (_kept(stack, descriptor) for descriptor in passed_out)
    stack.callback(_kill_all, init)
    sockets: list[socket.socket] = []
    while len(sockets) < job.passed_sockets:
        received = _received(out, job.passed_sockets - len(sockets), patience)
        if not received:
            _fail(way, stderr, "it did not pass the sockets out")
        sockets += [stack.enter_context(socket.socket(fileno=descriptor)) for descriptor in received]
    if not patience.until_readable(lockdown) or os.read(lockdown, 1) != b"L":
        _fail(way, stderr, "it did not lock the job down")
    # Where the program has ended meanwhile, of which pid 1 tells before it goes, nobody is left in there to be seen.
    if group is not None and not group.is_joined() and not _readable(status, 0):
        _fail(way, stderr, "it did not put the job into its cgroup")
    return Inside(
        init=init,
        proc=proc,
        folders=tuple(folders),
        sockets=sockets,
        stdout=stdout,
        stderr=stderr,
        status=status,
        diagnosis=diagnosis,
        level=isolation,
        is_warm=lease is not None,
        group=group,
        way=way,
        baseline_bytes=baseline_bytes,
    )


def _group(job: Job, baseline_bytes: int) -> cgroup.Group:
    """The cgroup of the job. It has the level full, so there is no going on without one."""
    try:
        # Pid 1 inside is the harness's.
        return cgroup.hierarchy().make(baseline_bytes + job.limits.memory_bytes, job.processes + 1)
    except (cgroup.Unavailable, OSError) as error:
        raise SandboxUnavailable(f"no cgroup can be made for the job: {error}") from error


def _kept(stack: ExitStack, descriptor: int) -> int:
    stack.callback(os.close, descriptor)
    return descriptor


def _pipe(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    """The end that we read, and the one that goes inside."""
    read, write = os.pipe()
    return _kept(ours, read), _kept(theirs, write)


def _input(stack: ExitStack, job: Job) -> int:
    """What a program has as its standard input; sealed, because it can open it once more, to write."""
    if job.kind != "script":
        return _kept(stack, os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    descriptor = _kept(stack, os.memfd_create("fieldguide-input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
    with open(descriptor, "wb", closefd=False) as file:
        file.write(job.input)
    os.lseek(descriptor, 0, os.SEEK_SET)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor


def _job_for_harness(job: Job) -> bytes:
    limits = job.limits
    return json.dumps(
        {
            "kind": job.kind,
            "framework": job.framework,
            "entry": job.entry,
            "arguments": list(job.arguments),
            "must_serve": job.must_serve,
            "background": job.background,
            "files": {path: content.hex() for path, content in job.files.items()},
            "sockets": job.passed_sockets,
            "limits": {
                # One process alone; the tree is polled, and the poll comes first.
                "cpu_seconds": math.ceil(limits.cpu_seconds) + 1,
                "baseline_bytes": baseline_of(job.framework).data_bytes,
                "data_bytes": limits.memory_bytes + job.processes * THREAD_STACK_BYTES,
                "address_bytes": ADDRESS_SLACK_BYTES,
                "file_bytes": limits.files_bytes,
                "processes": job.processes + 1,  # pid 1 inside is the harness's
            },
        }
    ).encode()


class _Patience:
    """Waits *seconds* in all, for as long as *keep_going* says so: a lease has to be renewed meanwhile."""

    def __init__(self, seconds: float, keep_going: Callable[[], bool]) -> None:
        self._deadline = time.monotonic() + seconds
        self._keep_going = keep_going

    def until_readable(self, descriptor: int) -> bool:
        """Whether *descriptor* became readable in time. Raises Interrupted."""
        while (left := self._deadline - time.monotonic()) > 0:
            if _readable(descriptor, min(left, KEEP_GOING_SECONDS)):
                return True
            if not self._keep_going():
                raise Interrupted
        return False


def _received(out: socket.socket, count: int, patience: _Patience) -> list[int]:
    """Up to *count* descriptors that the harness passes out in one message; none if it went before it did."""
    if not patience.until_readable(out.fileno()):
        return []
    _, descriptors, flags, _ = socket.recv_fds(out, 1, min(count, _IN_ONE_MESSAGE), socket.MSG_CMSG_CLOEXEC)
    if flags & socket.MSG_CTRUNC:  # this process may not open as many as there are probes
        for descriptor in descriptors:
            os.close(descriptor)
        return []
    return descriptors


def _readable(descriptor: int, seconds: float) -> bool:
    poller = select.poll()  # not select(): it cannot take descriptors above 1023
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _fail(way: supervision.Lease | Zygote, stderr: int, what: str) -> NoReturn:
    """Raise SandboxUnavailable with what our own parts said: the learner's program has not run yet."""
    os.set_blocking(stderr, False)
    said = b""
    with suppress(BlockingIOError):
        said = os.read(stderr, 65536)
    reason = "\n".join(filter(None, (way.last_words(), said[-REASON_BYTES:].decode(errors="replace").strip())))
    if isinstance(way, supervision.Lease):
        way.report_fault(what)
        raise ZygoteLost(f"the warm start failed, {what}: {reason or 'no reason was given'}")
    raise SandboxUnavailable(f"the sandbox did not start, {what}: {reason or 'no reason was given'}")


def _kill_all(init: int) -> None:
    """Kill pid 1 of the jail, and so everything in it, and wait until it is gone."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(init, signal.SIGKILL)
    if not _readable(init, KILL_SECONDS):
        raise SandboxUnavailable("the jail's processes could not be killed; see `ps` for processes in state D")
