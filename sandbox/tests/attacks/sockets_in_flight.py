"""Sends full sockets through sockets and closes them, so that what they hold outlives its descriptor.

accept: finished, memory_exceeded
answer: []
"""

import json
import socket

queued = 0
carriers = []


def full_pair():
    global queued
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for end in pair:
        end.setblocking(False)
        try:
            while True:
                queued += end.send(bytes(65536))
        except BlockingIOError:
            pass
    return pair


def closed(pair):
    for end in pair:
        end.close()


for _ in range(100):
    carrier = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in carrier:
        end.setblocking(False)
    carriers.append(carrier)
    for end in carrier:
        try:
            while True:
                pair = full_pair()
                try:
                    socket.send_fds(end, [b"x"], [one.fileno() for one in pair])
                finally:
                    closed(pair)
        except OSError:
            pass
got = ["too much"] if queued > 512 * 2**20 else []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
