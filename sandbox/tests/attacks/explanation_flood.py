"""Floods the pipe on which the harness explains failures, to keep the judge busy or to fill its memory.

accept: timed_out, finished
wall_seconds: 2
answer: []
"""

import json
import os
import threading

got = []


def flood(descriptor):
    try:
        while True:
            os.write(descriptor, b"[" * 65536)
    except OSError:
        pass


for number in range(3, 64):
    try:
        if "pipe" in os.readlink(f"/proc/self/fd/{number}"):
            threading.Thread(target=flood, args=(number,), daemon=True).start()
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
