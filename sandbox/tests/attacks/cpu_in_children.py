"""Burns CPU in twenty children, none of which reaches a limit alone.

accept: timed_out
"""

import os

for _ in range(20):
    if os.fork() == 0:
        break
while True:
    pass
