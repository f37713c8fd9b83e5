"""Replaces itself by another program that keeps its pipes.

accept: timed_out
wall_seconds: 1
"""

import os
import sys

for number in range(3, 256):
    try:
        os.set_inheritable(number, True)
    except OSError:
        pass
os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(1000)"])
