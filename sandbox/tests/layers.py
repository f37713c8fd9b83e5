"""Runs a snippet in a process of its own that puts one layer around itself, without the rest of the sandbox."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent

_START = """
import ctypes, errno, json, os, socket, sys
sys.path.insert(0, sys.argv[1])
folder = sys.argv[2]
libc = ctypes.CDLL(None, use_errno=True)

def outcome(call, *arguments, **named):
    # Its result where JSON has such a value, else "ok"; or the name of the error.
    try:
        result = call(*arguments, **named)
    except OSError as error:
        return errno.errorcode[error.errno]
    return result if isinstance(result, (int, str, list)) else "ok"

def system_call(*arguments):
    return errno.errorcode[ctypes.get_errno()] if libc.syscall(*arguments) < 0 else "ok"
"""


def run(snippet: str, folder: Path | str = "/") -> Any:
    """What *snippet* leaves in `result`; it has `folder`, the harness's modules and the helpers above."""
    code = f"{_START}\n{snippet}\nprint(json.dumps(result))"
    # The source folder comes as an argument because -I ignores the environment.
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code, str(PROJECT), str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
