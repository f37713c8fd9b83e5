"""Listens on ports where nothing of its own is served, those of the host's services among them.

accept: finished
answer: []
"""

import json
import socket

with open("target.json") as file:
    target = json.load(file)
got = []
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::")):
    for port in (target["port"], 22, 80, 443, 1024, 5432, 6379, 8001, 9000, 31337):
        with socket.socket(family) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                server.bind((address, port))
                got.append([address, port])
            except OSError:
                pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
