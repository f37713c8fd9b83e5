"""Makes links out of the work folder and hopes that somebody outside follows them.

accept: finished
answer: []
"""

import json
import os

got = []
os.symlink("/etc/shadow", "result")
os.symlink("/", "everything")
os.makedirs("deep", exist_ok=True)
os.symlink("../../../../../../etc/shadow", "deep/up")
for source in ("/etc/passwd", "/usr/bin/env", "/opt/fieldguide_harness/boot.py"):
    try:
        os.link(source, "hard")
        got.append(source)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
