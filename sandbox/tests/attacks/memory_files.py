"""Keeps memory in files without a name, and in System V segments.

accept: finished
answer: []
"""

import json
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
got = []
try:
    os.memfd_create("hoard")
    got.append("memfd_create")
except OSError:
    pass
if libc.shmget(0, ctypes.c_size_t(2**20), 0o1600) >= 0:
    got.append("shmget")
if libc.msgget(0, 0o1600) >= 0:
    got.append("msgget")
if libc.semget(0, 1, 0o1600) >= 0:
    got.append("semget")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
