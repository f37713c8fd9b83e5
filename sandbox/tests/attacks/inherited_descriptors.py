"""Looks through its descriptors for something of the worker's.

accept: finished
answer: []
"""

import json
import os
import stat

got = []
for descriptor in range(1024):
    try:
        state = os.fstat(descriptor)
    except OSError:
        continue
    target = os.readlink(f"/proc/self/fd/{descriptor}")
    if stat.S_ISDIR(state.st_mode) or (stat.S_ISREG(state.st_mode) and not target.startswith("/work")):
        got.append([descriptor, target])


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
