"""Stops, and so never answers.

accept: timed_out
wall_seconds: 1
"""

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
