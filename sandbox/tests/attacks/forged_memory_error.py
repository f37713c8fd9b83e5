"""Pretends that it was refused memory.

accept: memory_exceeded
"""

raise MemoryError
