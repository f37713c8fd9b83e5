"""Starts one job's jail and gets hold of what the harness passes out of it."""

import fcntl
import json
import math
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn

from sandbox import jail, seccomp
from sandbox.baseline import baseline_of
from sandbox.interpreter import LAUNCHER
from sandbox.job import MIB, Job
from sandbox.report import SandboxUnavailable

# For the launcher, bubblewrap and the harness up to its lock-down: our own work, so not the learner's time.
STARTUP_SECONDS = 30.0
KILL_SECONDS = 10.0
REAP_SECONDS = 1.0
REASON_BYTES = 2000
THREAD_STACK_BYTES = 2 * MIB  # what the harness gives each thread

# What the harness passes out (harness/boot.py: pass_out), before the sockets.
_PASSED_OUT = ("pid 1", "/proc", "/work", "/tmp", "/dev/shm")  # noqa: S108 the jail's own

_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL

# Address space is cheap and libraries reserve it freely; this bounds what one process can touch between two polls.
ADDRESS_SLACK_BYTES = 2048 * MIB


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
    started: float = field(default_factory=time.monotonic)


@contextmanager
def started(job: Job) -> Iterator[Inside]:
    """A running jail for *job*; at the end of the block all of its processes are dead.

    Raises SandboxUnavailable if it could not be started, did not lock itself down, or could not be killed.
    """
    place = jail.prepare()
    with ExitStack() as stack:
        try:
            yield _start(place, job, stack)
        except OSError as error:
            raise SandboxUnavailable(f"the sandbox failed: {error}") from error


def _start(place: jail.Jail, job: Job, stack: ExitStack) -> Inside:
    control, control_inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    # Every descriptor has one owner: *stack* until the end of the job, *handed_over* until the launcher has its copies.
    # Closing one twice would, in a worker with threads, close somebody else's.
    with ExitStack() as handed_over:
        stack.enter_context(control)
        handed_over.enter_context(control_inside)
        stdout, stdout_inside = _pipe(stack, handed_over)
        stderr, stderr_inside = _pipe(stack, handed_over)
        lockdown, lockdown_inside = _pipe(stack, handed_over)
        status, status_inside = _pipe(stack, handed_over)
        diagnosis, diagnosis_inside = _pipe(stack, handed_over)

        filter_fd = _memory_file(handed_over, "filter", seccomp.program())
        environment_fd = _memory_file(handed_over, "environment", jail.environment_file(place))
        options = jail.options(place, job.limits, filter_fd=filter_fd, environment_fd=environment_fd)
        # In a file, because everything inside can read pid 1's command line, and options name paths of this machine.
        options_fd = _memory_file(handed_over, "options", b"".join(option.encode() + b"\0" for option in options))
        job_fd = _memory_file(handed_over, "job", _job_for_harness(job))
        for_harness = (job_fd, control_inside.fileno(), lockdown_inside, status_inside, diagnosis_inside)
        plan = {
            "uid": place.uid,
            "parent": os.getpid(),
            "stage": place.stage,
            "binds": place.binds,
            "program": place.program,
            "arguments": ["init", "--args", str(options_fd), "--", *jail.inside_command(*for_harness)],
        }
        plan_fd = _memory_file(handed_over, "plan", json.dumps(plan).encode())
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), str(plan_fd)],
            stdin=_input(handed_over, job),
            stdout=stdout_inside,
            stderr=stderr_inside,
            pass_fds=(*for_harness, filter_fd, environment_fd, options_fd, plan_fd),
            env={},
            cwd="/",
            start_new_session=True,
        )
        stack.callback(_reap, process)

    passed_out = _received(control, len(_PASSED_OUT) + job.sockets)
    if not passed_out:
        _fail(process, stderr)
    init, proc, *folders = (_kept(stack, descriptor) for descriptor in passed_out[: len(_PASSED_OUT)])
    sockets = [stack.enter_context(socket.socket(fileno=descriptor)) for descriptor in passed_out[len(_PASSED_OUT) :]]
    stack.callback(_kill_all, init)
    if not _locked_down(lockdown):
        _fail(process, stderr)
    return Inside(
        init=init,
        proc=proc,
        folders=tuple(folders),
        sockets=sockets,
        stdout=stdout,
        stderr=stderr,
        status=status,
        diagnosis=diagnosis,
    )


def _kept(stack: ExitStack, descriptor: int) -> int:
    stack.callback(os.close, descriptor)
    return descriptor


def _pipe(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    """The end that we read, and the one that goes inside."""
    read, write = os.pipe()
    return _kept(ours, read), _kept(theirs, write)


def _memory_file(stack: ExitStack, name: str, content: bytes) -> int:
    """A descriptor from which *content* can be read, and no path to it."""
    descriptor = _kept(stack, os.memfd_create(f"fieldguide-{name}", os.MFD_CLOEXEC))
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _input(stack: ExitStack, job: Job) -> int:
    """What a program has as its standard input; sealed, because it can open it once more, to write."""
    if job.kind != "script":
        return subprocess.DEVNULL
    descriptor = _kept(stack, os.memfd_create("fieldguide-input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
    with open(descriptor, "wb", closefd=False) as file:
        file.write(job.input)
    os.lseek(descriptor, 0, os.SEEK_SET)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor


def _job_for_harness(job: Job) -> bytes:
    baseline = baseline_of(job.framework)
    limits = job.limits
    data_bytes = baseline.data_bytes + limits.memory_bytes + limits.processes * THREAD_STACK_BYTES
    return json.dumps(
        {
            "kind": job.kind,
            "framework": job.framework,
            "entry": job.entry,
            "arguments": list(job.arguments),
            "files": {path: content.hex() for path, content in job.files.items()},
            "sockets": job.sockets,
            "limits": {
                # One process alone; the tree is polled, and the poll comes first.
                "cpu_seconds": math.ceil(limits.cpu_seconds) + 1,
                "data_bytes": data_bytes,
                "address_bytes": data_bytes + ADDRESS_SLACK_BYTES,
                "file_bytes": limits.files_bytes,
                "processes": limits.processes + 1,  # pid 1 inside is the harness's
            },
        }
    ).encode()


def _received(control: socket.socket, count: int) -> list[int]:
    """The *count* descriptors that the harness passes out; none if it went before it did."""
    if not _readable(control.fileno(), STARTUP_SECONDS):
        return []
    _, descriptors, _, _ = socket.recv_fds(control, 1, count)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    if len(descriptors) == count:
        return descriptors
    for descriptor in descriptors:  # this process may not open as many as there are probes
        os.close(descriptor)
    return []


def _locked_down(descriptor: int) -> bool:
    return _readable(descriptor, STARTUP_SECONDS) and os.read(descriptor, 1) == b"L"


def _readable(descriptor: int, seconds: float) -> bool:
    poller = select.poll()  # not select(): it cannot take descriptors above 1023
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _fail(process: "subprocess.Popen[bytes]", stderr: int) -> NoReturn:
    """Raise SandboxUnavailable with what our own parts said on stderr: the learner's program has not run yet."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)  # its own status tells more than our signal
    process.kill()
    process.wait()
    os.set_blocking(stderr, False)
    said = b""
    with suppress(BlockingIOError):
        said = os.read(stderr, 65536)
    lines = said[-REASON_BYTES:].decode(errors="replace").strip()
    raise SandboxUnavailable(
        f"the sandbox did not lock itself down (status {process.returncode}): {lines or 'no reason was given'}"
    )


def _kill_all(init: int) -> None:
    """Kill pid 1 of the jail, and so everything in it, and wait until it is gone."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(init, signal.SIGKILL)
    if not _readable(init, KILL_SECONDS):
        raise SandboxUnavailable("the jail's processes could not be killed; see `ps` for processes in state D")


def _reap(process: "subprocess.Popen[bytes]") -> None:
    """End bubblewrap outside. With its jail dead it ends by itself and reaps its child, which a kill would orphan."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=REAP_SECONDS)
    process.kill()
    process.wait()
