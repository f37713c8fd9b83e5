"""Connects to the host's Unix sockets, by name and by path (target.json names real ones).

accept: finished
answer: []
"""

import json
import socket

with open("target.json") as file:
    target = json.load(file)
got = []
for address in ("\0" + target["abstract"], target["socket"], "/run/docker.sock", "/run/dbus/system_bus_socket"):
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(address)
        got.append(address)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
