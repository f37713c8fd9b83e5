"""Resets the connection in the middle of its answer.

accept: finished
errors: closed
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
    connection.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER: close by a reset


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
