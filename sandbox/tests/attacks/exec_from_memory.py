"""Starts a program from memory: from a file without a name, a pipe, a deleted file.

accept: finished
answer: []
"""

import ctypes
import json
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
got = []


def starts(name, descriptor):
    """Whether the program behind *descriptor* can be started, by either of two calls."""
    for way in ("execve", "execveat"):
        child = os.fork()
        if child == 0:
            try:
                if way == "execve":
                    os.execve(f"/proc/self/fd/{descriptor}", ["python", "-c", ""], {})
                libc.syscall(322, descriptor, b"", (ctypes.c_char_p * 2)(b"python", None), (ctypes.c_char_p * 1)(None), 0x1000)
            except OSError:
                pass
            os._exit(9)
        if os.waitpid(child, 0)[1] == 0:
            got.append([name, way])


with open(os.path.realpath(sys.executable), "rb") as file:
    program = file.read(8_000_000)
try:
    memory = os.memfd_create("program", 0)
    os.write(memory, program)
    starts("memfd", memory)
except OSError:
    pass
for folder in ("/work", "/tmp", "/dev/shm"):
    try:
        nameless = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o755)
        os.write(nameless, b"#!/bin/true\n")
        starts(f"O_TMPFILE in {folder}", nameless)
        deleted = os.open(f"{folder}/deleted", os.O_CREAT | os.O_RDWR, 0o755)
        os.write(deleted, b"#!/bin/true\n")
        os.unlink(f"{folder}/deleted")
        again = os.open(f"/proc/self/fd/{deleted}", os.O_RDONLY)
        os.close(deleted)
        starts(f"a deleted file in {folder}", again)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
