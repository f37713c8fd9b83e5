"""Ends, but hangs in a finaliser on its way out.

accept: exited
exit_code: 0
"""

import sys
import time


class Clinging:
    def __del__(self):
        while True:
            time.sleep(1)


clinging = Clinging()
sys.exit(0)
