"""Looks for a way up: folders behind its own root, other roots, handles of files.

accept: finished
answer: []
"""

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)
with open("target.json") as file:
    secret = json.load(file)["secret"]
got = []
starts = ["/", "/work", "/proc/self/cwd", "/proc/self/root", "/proc/1/cwd", "/proc/1/root", "/proc/thread-self/root",
          *(f"/proc/self/fd/{number}" for number in range(64)), *(f"/proc/1/fd/{number}" for number in range(64))]
for start in starts:
    for path in (f"{start}/{'../' * 30}{secret}", f"{start}{secret}", f"{start}/{'../' * 30}root"):
        try:
            os.close(os.open(path, os.O_RDONLY))
            got.append(path)
        except OSError:
            pass
for name, number in (("name_to_handle_at", 303), ("open_by_handle_at", 304), ("open_tree", 428), ("openat2", 437)):
    if libc.syscall(number, -100, b"/", 0, 0, 0) >= 0:
        got.append(name)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
