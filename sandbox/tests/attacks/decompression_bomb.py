"""Unpacks a gigabyte of zeros.

accept: memory_exceeded
memory_mib: 64
"""

import zlib

packed = zlib.compress(bytes(2**26))
hoard = [zlib.decompress(packed) for _ in range(64)]
