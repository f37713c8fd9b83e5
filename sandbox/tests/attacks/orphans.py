"""Makes orphans, which pid 1 must reap, faster than anything.

accept: timed_out
wall_seconds: 1
"""

import os

while True:
    try:
        child = os.fork()
        if child == 0:
            for _ in range(3):
                if os.fork() == 0:
                    os._exit(0)
            os._exit(0)
        os.waitpid(child, 0)
    except OSError:
        pass
