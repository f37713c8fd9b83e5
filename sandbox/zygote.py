"""One zygote, seen from outside: an interpreter in bubblewrap that forks an isolated child for each job.

Its inside is harness/boot.py.
The supervisor keeps warm ones, which have imported a framework; a cold start makes one without any for a single job.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from sandbox import jail, seccomp
from sandbox.interpreter import LAUNCHER

REASON_BYTES = 2000
REAP_SECONDS = 1.0
NO_NAMESPACES = (
    "; does this system allow user namespaces to ordinary users? See user.max_user_namespaces and, on Ubuntu, "
    "kernel.apparmor_restrict_unprivileged_userns (docs/operations.md)"
)

# What is left out, for the tests that show what each layer stops: "landlock", "seccomp", or "proof", without which the
# harness refuses a job that lacks a layer. Nothing that runs sets this.
SKIPPED_LAYERS: tuple[str, ...] = ()


class Zygote:
    """Starts at once and in the background; jobs may be sent before it is ready. Close it, or it lives on.

    *profile* is a framework to preload, or "" for none. *jobs* is how many it serves before it ends by itself.
    Raises SandboxUnavailable where a part of ours is missing; what goes wrong later shows as an end of *control*.
    """

    def __init__(self, place: jail.Jail, profile: str, jobs: int | None = None) -> None:
        self.profile = profile
        self.started = time.monotonic()
        self.pidfd: int | None = None  # known once it is ready
        config = {"profile": profile, "jobs": jobs, "filter": seccomp.program().hex(), "skip": SKIPPED_LAYERS}
        with ExitStack() as ours, ExitStack() as handed_over:
            self.control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.enter_context(self.control)
            handed_over.enter_context(inside)
            self.stderr, stderr_inside = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            ours.callback(os.close, self.stderr)
            handed_over.callback(os.close, stderr_inside)
            config_fd = memory_file(handed_over, "config", json.dumps(config).encode())
            environment_fd = memory_file(handed_over, "environment", jail.environment_file(place))
            options = jail.options(place, environment_fd=environment_fd)
            # In a file, because options name paths of this machine and command lines can be read by many.
            options_fd = memory_file(handed_over, "options", b"".join(option.encode() + b"\0" for option in options))
            command = jail.inside_command(config_fd, inside.fileno())
            plan = {
                "uid": place.uid,
                "parent": os.getpid(),
                "stage": place.stage,
                "binds": place.binds,
                "program": place.program,
                "arguments": ["zygote", "--args", str(options_fd), "--", *command],
            }
            plan_fd = memory_file(handed_over, "plan", json.dumps(plan).encode())
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(plan_fd)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr_inside,
                pass_fds=(config_fd, inside.fileno(), environment_fd, options_fd, plan_fd),
                env={},
                cwd="/",
                start_new_session=True,
            )
            ours.pop_all()  # close() has them from here on

    def send(self, descriptors: Sequence[int]) -> None:
        """Give it a job (harness/init.py has the order). Raises OSError if it is gone, or does not take any more."""
        socket.send_fds(self.control, [b"J"], list(descriptors), socket.MSG_DONTWAIT)

    def receive_ready(self) -> int | None:
        """Its pid on this machine, once *control* is readable; None if it ended, or no descriptor is free for it."""
        flags = socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC
        _, descriptors, _, _ = socket.recv_fds(self.control, 16, 1, flags)
        if not descriptors:
            return None
        (self.pidfd,) = descriptors
        return pid_of(self.pidfd)

    def last_words(self) -> str:
        """What it said on stderr: the reason of its end. Nothing of a learner's can be in it."""
        said = b""
        with suppress(OSError):
            said = os.read(self.stderr, 65536)
        text = said[-REASON_BYTES:].decode(errors="replace").strip()
        return text + NO_NAMESPACES if "namespace" in text and "rmission" in text else text

    def close(self) -> None:
        """Kill it and all of its jobs. bubblewrap outside then ends by itself and reaps it; a kill would orphan it."""
        with suppress(OSError):
            if self.pidfd is None:
                self.receive_ready()
        if self.pidfd is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            os.close(self.pidfd)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=REAP_SECONDS)
        self.process.kill()
        self.process.wait()
        self.control.close()
        os.close(self.stderr)


def memory_file(stack: ExitStack, name: str, content: bytes) -> int:
    """A descriptor from which *content* can be read, and no path to it."""
    descriptor = os.memfd_create(f"fieldguide-{name}", os.MFD_CLOEXEC)
    stack.callback(os.close, descriptor)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def pid_of(pidfd: int) -> int:
    """The process behind a pidfd, as this process's pid namespace knows it."""
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pid:"))
