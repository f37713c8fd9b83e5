"""Ends in the middle of a storm of orphans, stopped children and children that wait for a lock.

accept: exited
exit_code: 3
"""

import fcntl
import os
import signal
import time

file = os.open("/work/lock", os.O_CREAT | os.O_RDWR)
fcntl.flock(file, fcntl.LOCK_EX)
for number in range(25):
    if os.fork() == 0:
        os.setsid()
        if number % 3 == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
        elif number % 3 == 1:
            fcntl.flock(os.open("/work/lock", os.O_RDWR), fcntl.LOCK_EX)
        time.sleep(1000)
os._exit(3)
