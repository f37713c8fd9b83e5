"""Forks for ever, in every child.

accept: timed_out, memory_exceeded
"""

import os

while True:
    try:
        os.fork()
    except OSError:
        pass
