"""Takes the port before its own app is served there, and never answers.

accept: timed_out
errors: timeout
wall_seconds: 1.5
"""

import socket

server = socket.create_server(("127.0.0.1", 8000))


def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
