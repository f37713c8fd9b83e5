"""Runs a small real job through the real path and looks whether the walls stand. No wall, no service."""

import json
import os
import socket
from pathlib import Path
from typing import Any

from sandbox import jail
from sandbox.interpreter import PROJECT_ROOT
from sandbox.job import HttpProbe, Job, Limits
from sandbox.judging import judge
from sandbox.report import Ending, SandboxUnavailable

# What the program inside must find, and what is wrong if it does not. The program is ours and the answers are
# believed, except the host's listener, which is looked at from outside.
_EXPECTED: dict[str, tuple[Any, str]] = {
    "seccomp": ("2", "the system call filter is not loaded"),
    "no_new_privs": ("1", "setuid programs would work"),
    "capabilities": ("0000000000000000", "it has capabilities"),
    "is_root": (False, "it runs as root"),
    "processes": (2, "it sees processes of the host"),
    "interfaces": (["lo"], "it has a network"),
    "reaches_host": (False, "it reaches the host's loopback"),
    "environment": ([], "it sees the worker's environment"),
    "readable": ([], "it reads files of the host"),
    "writable": ([], "it writes outside its work folder"),
    "unshares": (False, "it can make namespaces"),
    "memory_files": (False, "it can make memory files"),
}

_PROGRAM = Path(__file__).resolve().parent / "trial" / "main.py"


def verify() -> str:
    """The level of isolation that this machine gives, proved by a real job.

    Raises SandboxUnavailable, naming the wall, if one is missing.
    """
    secrets = ["/etc/shadow", "/root", "/home", str(PROJECT_ROOT / "sandbox" / "launcher.py")]
    variables = sorted(os.environ.keys() - jail.ENVIRONMENT.keys() - {"PWD"})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        asked = {"port": listener.getsockname()[1], "secrets": secrets, "variables": variables}
        report = judge(
            Job(
                kind="http",
                framework="flask",
                files={"main.py": _PROGRAM.read_bytes(), "asked.json": json.dumps(asked).encode()},
                probes=[HttpProbe("GET", "/")],
                limits=Limits(wall_seconds=30, cpu_seconds=20),
            )
        )
        _refuse_if(_was_reached(listener), "it reaches the host's loopback")
    answers = [observation for observation in report.observations if observation.status == 200]
    if report.ending is not Ending.FINISHED or not answers:
        said = (report.detail.message or report.stderr[-500:].decode(errors="replace")).strip()
        raise SandboxUnavailable(f"the trial job ended {report.ending} without an answer: {said or 'nothing was said'}")
    seen = json.loads(answers[0].body)
    for name, (expected, problem) in _EXPECTED.items():
        _refuse_if(seen.get(name) != expected, f"{problem} ({name}: {seen.get(name)!r})")
    return report.level


def _was_reached(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _refuse_if(wrong: bool, problem: str) -> None:
    if wrong:
        raise SandboxUnavailable(f"the isolation does not hold: {problem}")
