"""Asks for more memory than there may be, at once.

accept: memory_exceeded
"""

hoard = bytearray(10**10)
