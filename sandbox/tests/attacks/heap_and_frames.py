"""Searches frames, objects and modules for what the harness knows: requests, other jobs, expected values, sockets.

accept: finished
answer: []
"""

import gc
import json
import os
import socket
import sys
import threading

with open("target.json") as file:
    target = json.load(file)
HALVES = [target[name] for name in ("predecessor", "request", "expected")]
got = []


def look(where, value):
    try:
        text = repr(value)[:200_000]
    except BaseException:
        return
    for first, second in HALVES:
        position = text.find(first)
        if position >= 0 and text.startswith(second, position + len(first)):
            got.append(where)


for thread, frame in sys._current_frames().items():
    while frame is not None:
        if frame.f_globals is not globals():
            for name, value in {**frame.f_locals, **frame.f_globals}.items():
                look(f"{frame.f_code.co_name}: {name}", value)
        frame = frame.f_back
for name, module in list(sys.modules.items()):
    if "harness" in name or name == "__main__":
        for key, value in vars(module).items():
            look(f"{name}.{key}", value)
for one in gc.get_objects():
    if isinstance(one, socket.socket) and one.fileno() >= 0:
        got.append(f"a socket: {one.fileno()} {one.family}")
    elif type(one) in (dict, list, tuple, set) and one is not globals() and len(one) < 1000:
        for value in list(one.values()) if type(one) is dict else list(one):
            if type(value) in (str, bytes) and 64 <= len(value) < 100_000:
                look("an object", value)
if threading.active_count() != 1:
    got.append("threads")
got = sorted(set(got))


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
