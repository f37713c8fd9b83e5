"""Pushes characters into a terminal.

accept: finished
answer: []
"""

import json
import fcntl
import os

got = []
for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/ptmx", "/dev/null"):
    try:
        descriptor = os.open(path, os.O_RDWR)
        for request in (0x5412, 0x541C):
            try:
                fcntl.ioctl(descriptor, request, b"x")
                got.append([path, request])
            except PermissionError:
                pass
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
