"""Says that it is ready, and listens nowhere.

accept: timed_out
wall_seconds: 1
"""

import os
import time

for number in range(3, 256):
    try:
        os.write(number, b'{"ready": true}\n')
    except OSError:
        pass
time.sleep(1000)
