"""Sleeps for ever before there is an app.

accept: timed_out
wall_seconds: 1
"""

import time

time.sleep(10**6)
