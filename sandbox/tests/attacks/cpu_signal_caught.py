"""Catches SIGXCPU and goes on.

accept: timed_out
"""

import signal

for number in range(1, signal.NSIG):
    try:
        signal.signal(number, lambda *_: None)
    except (OSError, ValueError):
        pass
while True:
    pass
