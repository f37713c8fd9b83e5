"""A status line that never ends.

accept: finished
errors: too_large
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 ")
    while True:
        connection.sendall(b"OK" * 10_000)


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
