"""Writes one file for ever.

accept: exited
"""

with open("huge", "wb") as file:
    while True:
        file.write(bytes(1_000_000))
