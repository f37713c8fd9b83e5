"""Prints for ever.

accept: output_exceeded
"""

while True:
    print("x" * 1000)
