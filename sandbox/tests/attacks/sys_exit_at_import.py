"""Leaves by sys.exit(0).

accept: exited
"""

import sys

sys.exit(0)
