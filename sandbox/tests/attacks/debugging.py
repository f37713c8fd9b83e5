"""Attaches to pid 1 and reads other memories.

accept: finished
answer: []
"""

import json
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
got = []
if libc.ptrace(16, 1, 0, 0) >= 0:
    got.append("ptrace")
buffer = ctypes.create_string_buffer(64)
if libc.syscall(310, 1, buffer, 1, buffer, 1, 0) >= 0:
    got.append("process_vm_readv")
if libc.syscall(438, os.pidfd_open(1), 0, 0) >= 0:
    got.append("pidfd_getfd")
for name in ("mem", "maps", "environ", "fd", "root", "cwd"):
    try:
        os.close(os.open(f"/proc/1/{name}", os.O_RDONLY))
        got.append(name)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
