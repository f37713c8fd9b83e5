"""Fills memory that is mapped as shared, which RLIMIT_DATA does not count.

accept: memory_exceeded
"""

import mmap

pages = mmap.mmap(-1, 2 * 10**9)
for position in range(0, len(pages), 4096):
    pages[position] = 1
