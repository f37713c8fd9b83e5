"""Makes pipes as large as it may, and fills them.

accept: finished, memory_exceeded
answer: []
"""

import fcntl
import json
import os

held, queued = [], 0
try:
    while True:
        read, write = os.pipe()
        os.set_blocking(write, False)
        held.append((read, write))
        for size in (2**30, 2**24, 2**20, 2**18):
            try:
                fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, size)
                break
            except OSError:
                pass
        try:
            while True:
                queued += os.write(write, bytes(65536))
        except BlockingIOError:
            pass
except OSError:
    for read, write in held[:10]:  # the server needs some
        os.close(read), os.close(write)
    got = ["too much"] if queued > 128 * 2**20 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
