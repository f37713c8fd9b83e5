"""Gives a length and chunks, which intermediaries read differently: the chunks count.

accept: finished
errors: none
answer: []
"""

import time


def answer(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\nHTTP/1.1 500 No\r\n\r\n")


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
