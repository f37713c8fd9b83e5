"""Uses up its processes, hides them in sessions of their own and lets them hold on to everything.

accept: exited
exit_code: 0
"""

import os
import signal
import socket
import time

started = 0
while started < 200:
    try:
        if os.fork() == 0:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            held = socket.socket()
            held.bind(("127.0.0.1", 0))
            held.listen()
            while True:
                time.sleep(1000)
    except OSError:
        break
    started += 1
os._exit(0 if 20 < started <= 31 else 9)
