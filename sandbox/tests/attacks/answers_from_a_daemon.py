"""Ends, and leaves a daemon that takes the port to answer in its place.

accept: exited
exit_code: 0
"""

import os
import socket
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(0.2)  # the one that started us has ended
    server = socket.create_server(("127.0.0.1", 8000))
    while True:
        connection, _ = server.accept()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        connection.close()
os._exit(0)
