"""Makes children that end and are never waited for.

accept: timed_out
wall_seconds: 1
"""

import os

while True:
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        pass
