"""Stops its own process group and everything else that it can reach.

accept: timed_out
wall_seconds: 1
beside: a neighbour
"""

import os
import signal
import time

time.sleep(0.3)  # the other one needs some time

for pid in (1, os.getppid(), -1, 0):
    try:
        os.kill(pid, signal.SIGSTOP)
    except OSError:
        pass
