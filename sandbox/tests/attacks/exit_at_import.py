"""Ends with a success before there is anything to test.

accept: exited
"""

import os

os._exit(0)
