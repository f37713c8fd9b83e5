"""Forty children fill 100 MB each: none is large, all together are.

accept: memory_exceeded
processes: 64
"""

import os
import time

for _ in range(40):
    if os.fork() == 0:
        hoard = bytearray(os.urandom(1) * 100_000_000)
        time.sleep(1000)
time.sleep(1000)
