"""Fills its memory with mappings alone, from a process that is smaller than pid 1: the kernel may choose to kill that one.

accept: memory_exceeded
framework: fastapi
memory_mib: 32
level: full
cpu_seconds: 5
"""

import os
import sys

PROGRAM = """
import ctypes, os
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
for _ in range(20):
    if os.fork() == 0:
        break
start = libc.mmap(None, ctypes.c_size_t(140_000 * 4096), 1, 0x22, -1, 0)
for number in range(32_000):
    libc.mprotect(ctypes.c_void_p(start + 8192 * number), ctypes.c_size_t(4096), 0)
while True:
    os.wait()
"""
os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", PROGRAM])
