"""Fills the work folder with files.

accept: exited
exit_code: 1
"""

number = 0
while True:
    number += 1
    with open(f"file{number}", "wb") as file:
        file.write(bytes(100_000))
