"""Chunks of one byte that never end.

accept: finished
errors: too_large
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\nx\r\n" * 8192)


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
