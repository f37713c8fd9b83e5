"""Header lines of nothing but blanks, which are slow for some patterns.

accept: finished
errors: none
status: 200
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + (b"X:" + b" \t" * 15_000 + b"\r\n") + b"\r\n")


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
