"""Makes a system call by the x32 table, whose numbers mean other calls.

accept: signalled
machine: x86_64
"""

import ctypes

ctypes.CDLL(None).syscall(0x40000000 | 39)
