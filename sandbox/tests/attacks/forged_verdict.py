"""Writes every verdict that it can think of to every descriptor, and ends.

accept: not_ready
"""

import json
import os

claims = [b"L", b"S", b"PASSED\n", json.dumps({"ready": True}).encode() + b"\n", json.dumps({"reason": "no_app"}).encode() + b"\n",
          json.dumps({"ending": "finished", "verdict": "passed", "observations": [{"status": 200}]}).encode() + b"\n",
          b'{"reason": ' + b"[" * 5000 + b"\n", b"\xff" * 3000 + b"\n"]
for descriptor in range(256):
    for claim in claims:
        try:
            os.set_blocking(descriptor, False)
            os.write(descriptor, claim)
        except OSError:
            pass
os._exit(0)
