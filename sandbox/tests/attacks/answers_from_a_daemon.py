"""Ends, and leaves a daemon on the port to answer in its place.

accept: exited
exit_code: 0
"""

import os
import socket

server = socket.create_server(("127.0.0.1", 8000))
if os.fork() == 0:
    os.setsid()
    while True:
        connection, _ = server.accept()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        connection.close()
os._exit(0)
