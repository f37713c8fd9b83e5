"""Answers without a length, and never closes its connection.

accept: timed_out
errors: timeout
wall_seconds: 1.5
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n[]")
    time.sleep(1000)


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
