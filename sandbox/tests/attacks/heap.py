"""Fills the heap, in small pieces.

accept: memory_exceeded
start: cold as well
"""

hoard = []
while True:
    hoard.append(bytearray(1_000_000))
