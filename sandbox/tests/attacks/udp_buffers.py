"""Sends datagrams to its own UDP sockets and reads none.

accept: finished, memory_exceeded
answer: []
"""

import json
import socket

held, queued = [], 0
try:
    while len(held) < 1000:
        receiver = socket.socket(type=socket.SOCK_DGRAM)
        held.append(receiver)
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**30)
        for _ in range(64):
            queued += receiver.sendto(bytes(60000), receiver.getsockname())
except OSError:
    pass
# What does not fit is dropped, so only what can be read again was kept.
kept = 0
for receiver in held:
    receiver.setblocking(False)
    try:
        while True:
            kept += len(receiver.recv(65536))
    except OSError:
        pass
del held[:10], receiver  # the server needs some
got = ["too much"] if kept > 128 * 2**20 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
