"""Listens, but never accepts a connection.

accept: timed_out
wall_seconds: 1.5
errors: timeout
"""

import socket
import time

server = socket.create_server(("127.0.0.1", 8000))
time.sleep(1000)
