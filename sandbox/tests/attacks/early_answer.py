"""Answers before it was asked.

accept: finished
requests: 2
answer: []
"""

import socket

server = socket.create_server(("127.0.0.1", 8000))
held = []
while True:
    connection, _ = server.accept()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
    held.append(connection)
