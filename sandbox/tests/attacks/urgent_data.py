"""Sends part of its answer as urgent data.

accept: finished
errors: malformed
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    connection.send(b"X", 1)
    connection.sendall(b"\r\n\r\n[]")


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
