"""Prints for ever.

accept: output_exceeded
start: cold as well
"""

while True:
    print("x" * 1000)
