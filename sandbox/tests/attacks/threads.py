"""Starts threads until none can be started.

accept: timed_out, exited, memory_exceeded
wall_seconds: 1
"""

import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(1000,)).start()
