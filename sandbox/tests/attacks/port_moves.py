"""Serves on one port until the judge has chosen it, then on another.

accept: finished
errors: closed
"""

import socket
import time

server = socket.create_server(("127.0.0.1", 5000))
connection, _ = server.accept()
server.close()
connection.close()
other = socket.create_server(("127.0.0.1", 8080))
time.sleep(1000)
