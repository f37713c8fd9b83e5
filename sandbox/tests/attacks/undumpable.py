"""Makes itself undumpable, which gives its /proc files to root, and fills the heap.

accept: memory_exceeded
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(4, 0, 0, 0, 0)
hoard = []
for _ in range(3):
    os.fork()
while True:
    hoard.append(bytearray(1_000_000))
