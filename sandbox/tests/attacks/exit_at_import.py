"""Ends with a success before there is anything to test.

accept: exited
start: cold as well
"""

import os

os._exit(0)
