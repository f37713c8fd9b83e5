"""Sleeps for ever before there is an app.

accept: timed_out
start: cold as well
wall_seconds: 2
"""

import time

time.sleep(10**6)
