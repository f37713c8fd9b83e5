"""Ends, but hangs on its way out: in what is registered for the end, and in threads.

accept: timed_out
wall_seconds: 1
"""

import atexit
import sys
import threading
import time

atexit.register(time.sleep, 1000)
threading.Thread(target=time.sleep, args=(1000,)).start()
sys.exit(0)
