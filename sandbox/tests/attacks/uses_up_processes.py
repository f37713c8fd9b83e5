"""Uses up its processes, hides them in sessions of their own and lets them hold on to everything.

accept: finished
answer: []
"""

import json
import os
import signal
import socket
import time

got = []
started = 0
while started < 200:
    try:
        if os.fork() == 0:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            held = socket.socket()
            held.bind(("127.0.0.1", 0))
            held.listen()
            while True:
                time.sleep(1000)
    except OSError:
        break
    started += 1
if started > 31:
    got.append(started)
os.kill(-1, signal.SIGKILL)  # or its own server would have no thread
for _ in range(started):
    os.wait()


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
