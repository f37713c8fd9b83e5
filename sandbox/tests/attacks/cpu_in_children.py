"""Burns CPU in forty children, none of which reaches a limit alone.

accept: timed_out
processes: 64
"""

import os

for _ in range(40):
    if os.fork() == 0:
        break
while True:
    pass
