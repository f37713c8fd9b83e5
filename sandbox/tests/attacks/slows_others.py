"""Lowers the priority of everybody in its process group, in its session and of its user.

accept: finished
answer: []
"""

import json
import os

got = []
for which in (os.PRIO_PGRP, os.PRIO_USER, os.PRIO_PROCESS):
    for who in (0, 1, os.getppid(), os.getpgrp(), os.getsid(0), os.getuid()):
        try:
            os.setpriority(which, who, 19)
        except OSError:
            pass
for pid in (1, 0):
    try:
        os.sched_setaffinity(pid, {0})
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
