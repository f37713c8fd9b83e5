"""Sleeps for ever before there is an app.

accept: timed_out
"""

import time

time.sleep(10**6)
