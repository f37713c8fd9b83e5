"""Fills the buffers of connections to itself, which no process is charged for.

accept: finished, memory_exceeded
answer: []
"""

import json
import socket


def app(environ, start_response):
    server = socket.create_server(("127.0.0.1", 0))
    held, queued = [], 0
    try:
        while True:
            client = socket.create_connection(server.getsockname())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**30)
            client.setblocking(False)
            held.append((client, server.accept()[0]))
            try:
                while True:
                    queued += client.send(bytes(65536))
            except BlockingIOError:
                pass
    except OSError:
        got = ["too much"] if queued > 128 * 2**20 else []
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
