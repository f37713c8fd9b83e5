"""Raises an error that never finishes telling what it is.

accept: timed_out
wall_seconds: 1
"""

import time


class Endless(Exception):
    def __str__(self):
        while True:
            time.sleep(1)


raise Endless
