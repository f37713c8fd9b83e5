"""Listens here and there and never for long, so that the judge finds another port each time it looks.

A machine that is busy may stop it for so long that two looks find the same; nobody answers there then.

accept: timed_out, finished
wall_seconds: 1
"""

import socket
import time

while True:
    server = socket.create_server(("127.0.0.1", 0))
    time.sleep(0.001)
    server.close()
