"""Leaves datagrams unread in Unix sockets: memory that belongs to no process.

accept: finished, memory_exceeded
answer: []
"""

import json
import socket

held, queued = [], 0
try:
    while True:
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in pair:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**30)
            end.setblocking(False)
        held.append(pair)
        for end in pair:
            try:
                while True:
                    queued += end.send(bytes(65536))
            except BlockingIOError:
                pass
except OSError:
    del held[:10]  # the server needs some
    got = ["too much"] if queued > 128 * 2**20 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
