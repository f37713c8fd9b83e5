"""Takes locks on single bytes of many files: kernel memory for each.

accept: finished, timed_out, memory_exceeded
answer: []
wall_seconds: 3
"""

import fcntl
import json
import os

taken = 0
try:
    for number in range(200):
        descriptor = os.open(f"/work/{number}", os.O_CREAT | os.O_RDWR)
        for position in range(4000, 0, -2):
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, position)
            taken += 1
except OSError:
    pass
got = ["too many"] if taken > 500_000 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
