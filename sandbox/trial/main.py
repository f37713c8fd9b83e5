"""The trial job of sandbox.verification: tries what must not work and answers with what it saw."""

import ctypes
import json
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

CLONE_NEWUSER = 0x10000000
WRITABLE = ("/probe", "/etc/probe", "/dev/probe", "/usr/bin/probe", "/proc/sys/kernel/core_pattern")


def tries(action: Callable[[], object]) -> bool:
    try:
        action()
    except OSError:
        return False
    return True


def opens(path: str, flags: int) -> bool:
    return tries(lambda: os.close(os.open(path, flags)))


def look(port: int, secrets: Iterable[str], variables: Iterable[str]) -> dict[str, Any]:
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":", 1) for line in file)
    with open("/proc/self/net/dev") as file:
        interfaces = [line.partition(":")[0].strip() for line in file if ":" in line]
    return {
        "seccomp": status["Seccomp"].strip(),
        "no_new_privs": status["NoNewPrivs"].strip(),
        "capabilities": status["CapEff"].strip(),
        "is_root": os.getuid() == 0,
        "processes": sum(name.isdecimal() for name in os.listdir("/proc")),
        "interfaces": interfaces,
        "reaches_host": tries(lambda: socket.create_connection(("127.0.0.1", port), 1).close()),
        "environment": [name for name in variables if name in os.environ],
        "readable": [path for path in secrets if opens(path, os.O_RDONLY)],
        "writable": [path for path in WRITABLE if opens(path, os.O_WRONLY | os.O_CREAT)],
        "unshares": ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0,
        "memory_files": tries(lambda: os.close(os.memfd_create("probe"))),
    }


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    with open("asked.json") as file:
        seen = look(**json.load(file))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]
