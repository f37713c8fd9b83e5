"""Makes folders in folders until the path is longer than any call takes: nobody may stumble over it when cleaning up.

accept: finished
answer: []
"""

import json
import os

got = []
depth = 0
try:
    while depth < 2000:
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
        depth += 1
except OSError:
    pass
if depth * 200 < 4096:
    got.append(depth)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
