"""Locks its memory, so that the host must keep it.

accept: finished
answer: []
"""

import ctypes
import json
import mmap

libc = ctypes.CDLL(None, use_errno=True)
pages = mmap.mmap(-1, 2**20)
start = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(pages)))
got = []
for name, result in (("mlock", libc.mlock(start, ctypes.c_size_t(2**20))), ("mlock2", libc.mlock2(start, ctypes.c_size_t(2**20), 1)),
                     ("mlockall", libc.mlockall(3))):
    if result == 0:
        got.append(name)
try:
    mmap.mmap(-1, 2**20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x2000)  # MAP_LOCKED
    got.append("MAP_LOCKED")
except OSError:
    pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
