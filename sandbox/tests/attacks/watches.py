"""Watches every file that it can see: each watch is kernel memory and holds the file of the host.

accept: finished, timed_out, memory_exceeded
answer: []
wall_seconds: 2
"""

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)
watches = 0
descriptor = libc.inotify_init1(0)
for top, folders, names in os.walk("/"):
    for name in names:
        if libc.inotify_add_watch(descriptor, os.path.join(top, name).encode(), 0x2) >= 0:
            watches += 1
got = ["too many"] if watches > 100_000 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
