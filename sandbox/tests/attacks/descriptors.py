"""Opens files until no more can be opened, in many processes.

accept: exited
exit_code: 0
"""

import os

opened = 0
try:
    while True:
        os.dup(0)
        opened += 1
except OSError:
    os._exit(0 if opened < 1000 else 9)
