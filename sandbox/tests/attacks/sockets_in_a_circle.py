"""Sends sockets through themselves, so that only the kernel's garbage collector can end them and their network.

accept: finished
answer: []
"""

import json
import socket

got = []
for _ in range(100):
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    network = socket.socket()
    try:
        socket.send_fds(one, [b"x"], [one.fileno(), other.fileno(), network.fileno()])
        socket.send_fds(other, [b"x"], [one.fileno(), other.fileno(), network.fileno()])
    except OSError:
        pass  # too many in flight
    for each in (one, other, network):
        each.close()


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
