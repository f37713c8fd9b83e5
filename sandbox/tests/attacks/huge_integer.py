"""Writes a huge integer as text: one call into C that no signal handler of Python's interrupts.

accept: timed_out
"""

import sys

sys.set_int_max_str_digits(0)
text = str(1 << 10**8)
