"""The launcher refuses whenever it cannot give up what it must give up."""

import json
import os
import subprocess
import sys

import pytest

from sandbox.interpreter import LAUNCHER
from sandbox.jail import sandbox_uid

REFUSED = 78


def launch(**changes):
    """Run the launcher with a plan whose program says that it was reached."""
    plan = {
        "uid": sandbox_uid(),
        "parent": os.getpid(),
        "stage": "/mnt",
        "binds": [],
        "program": "/bin/sh",
        "arguments": ["sh", "-c", "id -u; cat /proc/self/net/dev; grep NoNewPrivs /proc/self/status; env"],
        **changes,
    }
    read, write = os.pipe()
    os.write(write, json.dumps(plan).encode())
    os.close(write)
    command = [sys.executable, "-I", "-S", str(LAUNCHER), str(read)]
    result = subprocess.run(command, pass_fds=[read], capture_output=True, text=True, timeout=30)
    os.close(read)
    return result


def test_launcher_gives_up_root_network_privileges_and_environment(monkeypatch):
    monkeypatch.setenv("FIELDGUIDE_SECRET", "secret")

    result = launch()

    uid = sandbox_uid() if os.geteuid() == 0 else os.geteuid()
    lines = result.stdout.splitlines()
    assert (result.returncode, result.stderr) == (0, "")
    assert lines[0] == str(uid)
    assert [line.partition(":")[0].strip() for line in lines if ":" in line and "|" not in line][:1] == ["lo"]
    assert "NoNewPrivs:\t1" in lines
    assert "secret" not in result.stdout


FOR_EVERYBODY = [
    ({"parent": 1}, "the worker is gone"),
    ({"program": "/nowhere/bwrap"}, "No such file or directory"),
]
FOR_ROOT = [  # only root has something to give up
    ({"uid": 0}, "root's privileges are still there"),
    ({"stage": "/nowhere"}, "mounting /nowhere"),
    ({"binds": [["/nowhere/python", "python"]]}, "/nowhere/python"),
]


@pytest.mark.parametrize(("changes", "reason"), FOR_EVERYBODY + (FOR_ROOT if os.geteuid() == 0 else []))
def test_launcher_refuses(changes, reason):
    result = launch(**changes)

    assert (result.returncode, result.stdout) == (REFUSED, "")
    assert result.stderr.startswith("the launcher refuses: ")
    assert reason in result.stderr
