"""Gives files names that break whatever lists them.

accept: finished
answer: []
"""

import json
import os

got = []
for name in (b"\n", b"-rf", b"\x1b[2J", b"\xff\xfe", b"x" * 255, b" ", b"$(reboot)", "\u202e".encode(), b"a\nb\tc", b"..."):
    os.close(os.open(b"/work/" + name, os.O_CREAT | os.O_WRONLY, 0))


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
