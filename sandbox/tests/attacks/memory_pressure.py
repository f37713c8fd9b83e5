"""Makes itself the last that the kernel would choose when memory is short, or more important than others.

accept: finished
answer: []
"""

import json
import os

got = []
for path, values in (("oom_score_adj", ("-1000", "-500", "-1")), ("oom_adj", ("-17",)), ("autogroup", ("-20",)),
                     ("coredump_filter", ()), ("timerslack_ns", ())):
    for value in values:
        try:
            before = open(f"/proc/self/{path}").read()
            with open(f"/proc/self/{path}", "w") as file:
                file.write(value)
            if open(f"/proc/self/{path}").read() != before:
                got.append([path, value])
        except OSError:
            pass
for action in (lambda: os.setpriority(os.PRIO_PROCESS, 0, -1), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
               lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))):
    try:
        action()
        got.append("scheduling")
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
