"""Trailers for ever, after a body that was complete.

accept: finished
errors: malformed
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n")
    while True:
        connection.sendall(b"X-More: and more\r\n" * 100)


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
