"""Makes empty files for ever: no bytes, but kernel memory. The file system has a bound for that.

accept: exited
exit_code: 1
"""

import os

number = 0
while True:
    number += 1
    os.close(os.open(f"/work/{number}", os.O_CREAT | os.O_WRONLY))
