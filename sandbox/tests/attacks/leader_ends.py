"""Hides its memory behind processes whose main thread has ended: the kernel shows none by their pids then.

accept: memory_exceeded
processes: 64
"""

import os
import threading
import time

import ctypes
import platform

EXIT = {"x86_64": 60, "aarch64": 93}[platform.machine()]  # of one thread, not of the process


def hoard():
    time.sleep(0.3)
    kept = bytearray(os.urandom(1) * 230_000_000)
    time.sleep(1000)
    os._exit(len(kept))


for _ in range(4):
    if os.fork() == 0:
        threading.Thread(target=hoard).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
time.sleep(1000)
