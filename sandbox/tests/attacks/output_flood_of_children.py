"""Twenty processes print for ever, to stdout and stderr.

accept: output_exceeded
"""

import os

for _ in range(20):
    if os.fork() == 0:
        break
while True:
    os.write(1, b"x" * 4096)
    os.write(2, b"y" * 4096)
