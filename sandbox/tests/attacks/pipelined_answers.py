"""Answers the request, and at once two more that were not sent.

accept: finished
requests: 2
answers: [1, 1]
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + b"1" + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2" * 2)


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
