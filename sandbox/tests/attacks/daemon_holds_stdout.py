"""A daemon keeps stdout and stderr open after the program has ended.

accept: exited
"""

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(1)
            os.write(1, b"still here")
    os._exit(0)
os._exit(0)
