"""Makes empty files for ever: no bytes, but kernel memory.

accept: memory_exceeded, timed_out
wall_seconds: 4
"""

import os

number = 0
while True:
    number += 1
    os.close(os.open(f"/work/{number}", os.O_CREAT | os.O_WRONLY))
