"""Leaves daemons behind, in sessions of their own, and ends.

accept: exited
"""

import os
import time

for _ in range(10):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
        os._exit(0)
os._exit(0)
