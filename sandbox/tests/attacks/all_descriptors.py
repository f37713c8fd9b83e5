"""Tries everything on every descriptor: to read, to receive and send descriptors, to ask who is behind it.

accept: finished
start: cold as well
answer: []
"""

import array
import json
import os
import socket
import stat

got = []
mine = os.open("/work/main.py", os.O_RDONLY)
for number in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        kind = stat.S_IFMT(os.fstat(number).st_mode)
        name = os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        continue
    if number == mine:
        continue
    expected = {0: "/dev/null", 1: "pipe:", 2: "pipe:"}.get(number, "pipe:")  # and one to explain failures
    if not name.startswith(expected):
        got.append([number, name])
    if kind == stat.S_IFSOCK:
        copy = socket.socket(fileno=os.dup(number))
        copy.setblocking(False)
        for action in (lambda: socket.recv_fds(copy, 1000, 100), lambda: socket.send_fds(copy, [b"x"], [mine]),
                       lambda: copy.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12), lambda: copy.getpeername()):
            try:
                got.append([number, repr(action())])
            except OSError:
                pass
    if kind == stat.S_IFIFO:
        os.set_blocking(number, False)
        try:
            got.append([number, "read", len(os.read(number, 10))])
        except OSError:
            pass
        try:  # through /proc the other end of a pipe can be had, where it may be opened
            other = os.open(f"/proc/self/fd/{number}", os.O_RDONLY | os.O_NONBLOCK)
            os.close(other)
        except OSError:
            pass
pipes = [number for number in range(3, 256) if number != mine and os.path.exists(f"/proc/self/fd/{number}")]
if len(pipes) > 1:
    got.append(["more than one", pipes])


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
