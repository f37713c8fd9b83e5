"""Calls itself something that a reader of /proc could stumble over, and burns CPU in children of that name.

accept: timed_out
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(15, b") R 1 0\n(x\xff", 0, 0, 0)
for _ in range(3):
    os.fork()
while True:
    pass
