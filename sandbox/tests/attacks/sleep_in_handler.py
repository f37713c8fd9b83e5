"""Sleeps for ever before it answers.

accept: timed_out
wall_seconds: 1
"""

import time


def app(environ, start_response):
    time.sleep(10**6)
