"""Uses up its processes, memory and descriptors, and stays: the next program must get its own.

accept: timed_out
wall_seconds: 1
"""

import os
import signal
import socket
import time

kept = []
while True:
    try:
        if os.fork() == 0:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            break
    except OSError:
        break
kept.append(bytearray(b"x" * 1_000_000))
for _ in range(5):
    kept.append(socket.create_server(("127.0.0.1", 0)))
while True:
    time.sleep(1000)
