"""Makes a file of a terabyte that has no bytes, and one that is only reserved.

accept: finished
answer: []
"""

import json
import os

got = []
for folder in ("/work", "/tmp", "/dev/shm"):
    descriptor = os.open(f"{folder}/sparse", os.O_CREAT | os.O_RDWR)
    for action in (lambda: os.ftruncate(descriptor, 2**40), lambda: os.posix_fallocate(descriptor, 0, 2**30),
                   lambda: os.pwrite(descriptor, b"x", 2**40)):
        try:
            action()
            got.append([folder, os.fstat(descriptor).st_size])
        except OSError:
            pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
