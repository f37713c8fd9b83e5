"""Floods the pipe on which the harness explains failures, to keep the judge busy or to fill its memory.

accept: timed_out
wall_seconds: 1
"""

import os
import threading
import time


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
time.sleep(0.3)  # until it is full


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"[]"]
