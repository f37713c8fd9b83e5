"""Kills its own process group, in which something of ours or of a neighbour could be.

accept: signalled
beside: a neighbour
"""

import os
import signal
import time

time.sleep(0.5)  # the other one needs some time

os.kill(0, signal.SIGKILL)
