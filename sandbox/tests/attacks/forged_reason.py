"""Says that something else was wrong than that it ended with a success.

accept: not_ready
"""

import os

for number in range(3, 256):
    try:
        os.set_blocking(number, False)
        os.write(number, b'{"reason": "no_app", "message": "\\u001b[2J", "line": 1e999, "exit_code": 0, "verdict": "passed"}\n')
    except OSError:
        pass
os._exit(0)
