"""Twenty children fill 40 MB each: none is large, all together are.

accept: memory_exceeded
"""

import os
import time

for _ in range(20):
    if os.fork() == 0:
        hoard = bytearray(os.urandom(1) * 40_000_000)
        time.sleep(1000)
time.sleep(1000)
