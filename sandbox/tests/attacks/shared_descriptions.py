"""Changes what its descriptors share with others: flags, owners, signals, positions, sizes, leases.

accept: finished
answer: []
"""

import fcntl
import json
import os
import signal
import socket

got = []
for number in range(256):
    actions = [
        lambda: fcntl.fcntl(number, fcntl.F_SETOWN, 1),
        lambda: fcntl.fcntl(number, fcntl.F_SETOWN, -1),
        lambda: fcntl.fcntl(number, fcntl.F_SETSIG, signal.SIGKILL),
        lambda: fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC | os.O_APPEND),
        lambda: fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, 4096),
        lambda: fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_WRLCK),
        lambda: fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda: os.lseek(number, 10**6, 0),
        lambda: os.ftruncate(number, 0),
        lambda: os.fchmod(number, 0),
        lambda: os.fchown(number, 1000, 1000),
    ]
    for action in actions:
        try:
            action()
        except OSError:
            pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
