"""Splits its memory into as many mappings as the kernel allows, in every process: each is kernel memory, and slow to list.

accept: timed_out, memory_exceeded
wall_seconds: 2
cpu_seconds: 5
"""

import ctypes
import mmap
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
for _ in range(28):
    if os.fork() == 0:
        break
PAGE = 4096
start = libc.mmap(None, ctypes.c_size_t(140_000 * PAGE), mmap.PROT_READ, 0x22, -1, 0)
made = 0
if start != ctypes.c_void_p(-1).value:
    while libc.mprotect(ctypes.c_void_p(start + 2 * made * PAGE), ctypes.c_size_t(PAGE), 0) == 0 and made < 69_000:
        made += 1
time.sleep(1000)
