"""Looks for the host's broker and database on loopback (target.json has the port of a real listener).

accept: finished
start: cold as well
answer: []
"""

import json
import socket

with open("target.json") as file:
    target = json.load(file)
got = []
for address in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "127.0.0.2"):
    for port in (target["port"], 5432, 6379, 22, 80):
        try:
            socket.create_connection((address, port), timeout=0.5).close()
            got.append([address, port])
        except OSError:
            pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
