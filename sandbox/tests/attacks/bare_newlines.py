"""Ends its lines without carriage returns.

accept: finished
errors: malformed
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\nContent-Length: 2\n\n[]")


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
