"""Burns CPU in children that end before anybody looks at them, and that nobody waits for.

accept: timed_out
wall_seconds: 2
"""

import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0:
            end = time.monotonic() + 0.02
            while time.monotonic() < end:
                pass
            os._exit(0)
    except OSError:
        time.sleep(0.001)
