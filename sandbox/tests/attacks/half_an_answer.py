"""Closes in the middle of its answer.

accept: finished
errors: closed
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
