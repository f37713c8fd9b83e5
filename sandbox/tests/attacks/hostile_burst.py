"""Answers the first client as it should, and all others at once with what keeps a reader busy, or with nothing.

accept: finished
clients: 12
errors: malformed, too_large, closed
"""

import socket
import threading

HEAD = b"HTTP/1.1 200 OK\r\n"
ANSWERS = [
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 300_000,
    HEAD + b"X: 1\r\n" * 300_000,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b";" * 1_000_000,
    b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
    b"",
    HEAD + b"Content-Length: 10\r\n\r\n",
]


def answer(connection, content):
    try:
        connection.recv(1000)
        connection.sendall(content)
        connection.close()
    except OSError:
        pass


server = socket.create_server(("127.0.0.1", 8000), backlog=100)
connection, _ = server.accept()
answer(connection, HEAD + b"Content-Length: 2\r\n\r\n[]")
number = 0
while True:
    connection, _ = server.accept()
    threading.Thread(target=answer, args=(connection, ANSWERS[number % len(ANSWERS)])).start()
    number += 1
