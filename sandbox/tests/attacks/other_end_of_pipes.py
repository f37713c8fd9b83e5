"""Opens the other ends of its pipes through /proc, to take what the judge should read or to keep them open.

accept: finished
answer: []
"""

import json
import os

got = []
held = []
os.write(1, b"this must arrive")
for number in list(map(int, os.listdir("/proc/self/fd"))):
    for flags in (os.O_RDONLY, os.O_RDWR):
        try:
            held.append(os.open(f"/proc/self/fd/{number}", flags | os.O_NONBLOCK))
        except OSError:
            continue
        try:
            if number in (1, 2) and os.read(held[-1], 100):
                pass  # its own output, which nobody else misses
        except OSError:
            pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
