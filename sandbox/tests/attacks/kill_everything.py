"""Kills every process that it can name, pid 1 included, many times.

accept: signalled
start: cold as well
"""

import os
import signal

for _ in range(100):
    for pid in (1, -1, *range(2, 100)):
        if pid != os.getpid():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
os.kill(os.getpid(), signal.SIGKILL)
