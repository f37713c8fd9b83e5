"""The way to this machine's supervisor (sandbox/supervisor.py): ask it for a warm zygote, start it, look at it."""

import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.interpreter import PROJECT_ROOT

ANSWER_SECONDS = 2.0  # it answers at once, or it is not there
MESSAGE_BYTES = 65536
ALREADY_RUNNING = 75  # exit status of a second supervisor on the same socket (EX_TEMPFAIL)


def socket_path() -> Path:
    """SANDBOX_SOCKET, else sandbox.sock in VAR_DIR."""
    named = os.environ.get("SANDBOX_SOCKET")
    return Path(named) if named else Path(os.environ.get("VAR_DIR") or PROJECT_ROOT / "var") / "sandbox.sock"


class Lease:
    """The use of a warm zygote for one job, for as long as the connection to the supervisor is open."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, descriptors: Sequence[int]) -> None:
        """Hand the job over (harness/init.py has the order of the descriptors). Raises OSError if nobody takes it."""
        socket.send_fds(self._connection, [b'{"job": true}'], list(descriptors))

    def report_fault(self, what: str) -> None:
        """Have the zygote replaced."""
        with suppress(OSError):
            self._connection.send(json.dumps({"fault": what}).encode())

    def last_words(self) -> str:
        return ""  # they are in the supervisor's log

    def close(self) -> None:
        self._connection.close()


@contextmanager
def short(path: Path) -> Iterator[str]:
    """A name for the Unix socket at *path*, of which the kernel takes 107 bytes, while the block lasts."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)


@cache
def allow_descriptors() -> None:
    """Raise this process's limit of open files as far as it may; launcher.allow_descriptors says why."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def lease(profile: str) -> Lease | None:
    """A warm zygote of *profile*, or None: there is no supervisor, or it has none that is ready yet."""
    allow_descriptors()
    connection = _connected(socket_path())
    if connection is None:
        return None
    if (_asked(connection, {"lease": profile}) or {}).get("warm") is True:
        return Lease(connection)
    connection.close()
    return None


def status(path: Path | None = None) -> dict[str, Any] | None:
    """What the supervisor says of itself (Supervisor.status has the keys); None if nobody answers."""
    connection = _connected(path or socket_path())
    if connection is None:
        return None
    with connection:
        return _asked(connection, {"status": True})


def start(path: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start a supervisor, which ends with this process, or at once with ALREADY_RUNNING if there is one already."""
    command = [sys.executable, "-m", "sandbox.supervisor", str(path or socket_path()), "--parent", str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=PROJECT_ROOT, start_new_session=True)


def _connected(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(ANSWER_SECONDS)
    try:
        with short(path) as name:
            connection.connect(name)
    except OSError:
        connection.close()
        return None
    return connection


def _asked(connection: socket.socket, question: dict[str, Any]) -> dict[str, Any] | None:
    try:
        connection.send(json.dumps(question).encode())
        answer = connection.recv(MESSAGE_BYTES)
        return dict(json.loads(answer)) if answer else None
    except (OSError, ValueError):
        return None
