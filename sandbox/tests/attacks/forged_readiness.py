"""Says that it is ready, and ends.

accept: exited
exit_code: 0
"""

import os

for number in range(3, 256):
    try:
        os.set_blocking(number, False)
        os.write(number, b'{"ready": true}\n')
    except OSError:
        pass
os._exit(0)
