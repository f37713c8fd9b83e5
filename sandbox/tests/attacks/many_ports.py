"""Listens here and there and never for long, so that the judge finds another port each time it looks.

accept: timed_out
wall_seconds: 1
"""

import socket
import time

while True:
    server = socket.create_server(("127.0.0.1", 0))
    time.sleep(0.001)
    server.close()
