"""Sends every signal to pid 1, to its parent and to whoever else answers to a number, in every way there is.

accept: finished
answer: []
"""

import ctypes
import json
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
got = []
targets = {1, os.getppid(), *range(2, 2000), 2**22 - 1} - {0, os.getpid()}
for number in range(1, 65):
    for pid in targets:
        try:
            os.kill(pid, number)
            if pid != 1:
                got.append(pid)
        except OSError:
            pass
    try:
        signal.pidfd_send_signal(os.pidfd_open(1), number)
    except OSError:
        pass
    libc.sigqueue(1, number, None)
    libc.syscall(234, 1, 1, number)  # tgkill


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
