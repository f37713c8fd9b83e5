"""Fills the heap, in small pieces.

accept: memory_exceeded
"""

hoard = []
while True:
    hoard.append(bytearray(1_000_000))
