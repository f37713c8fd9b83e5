"""Forks for ever, in every child.

accept: timed_out
start: cold as well
"""

import os

while True:
    try:
        os.fork()
    except OSError:
        pass
