"""A regular expression with catastrophic backtracking.

accept: timed_out
"""

import re

re.match(r"(a+)+$", "a" * 64 + "b")
