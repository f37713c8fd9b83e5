"""Makes kernel timers and queues signals until there are no more to be had.

accept: finished, memory_exceeded
answer: []
"""

import ctypes
import json
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 65))
timers = queued = 0
identity = ctypes.c_void_p()
while timers < 20_000 and libc.timer_create(1, None, ctypes.byref(identity)) == 0:
    timers += 1
while queued < 20_000 and libc.sigqueue(os.getpid(), 40, ctypes.c_void_p()) == 0:
    queued += 1
got = ["too many"] if timers + queued >= 20_000 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
