"""Fills the work folder with files.

accept: exited, memory_exceeded
"""

number = 0
while True:
    number += 1
    with open(f"file{number}", "wb") as file:
        file.write(bytes(100_000))
