"""Makes a child in namespaces of its own, by each flag of clone and by vfork-like children.

accept: finished
answer: []
machine: x86_64
"""

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)
got = []
for flag in (0x80, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x7E020080):
    for high in (0, 1 << 32, 1 << 63):
        child = libc.syscall(56, ctypes.c_ulong(flag | 17 | high), None, None, None, None)
        if child == 0:
            os._exit(0)
        if child > 0:
            os.waitpid(child, 0)
            got.append(hex(flag))


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
