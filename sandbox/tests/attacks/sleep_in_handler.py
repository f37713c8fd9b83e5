"""Sleeps for ever before it answers.

accept: timed_out
"""

import time


def app(environ, start_response):
    time.sleep(10**6)
