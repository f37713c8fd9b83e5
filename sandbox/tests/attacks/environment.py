"""Looks for the worker's environment, its own and that of every process.

accept: finished
start: cold as well
answer: []
"""

import glob
import json
import os

with open("target.json") as file:
    marker = json.load(file)["marker"].encode()
got = []
for path in ["/proc/self/environ", *glob.glob("/proc/*/environ"), *glob.glob("/proc/*/cmdline")]:
    try:
        with open(path, "rb") as file:
            if marker in file.read():
                got.append(path)
    except OSError:
        pass
if marker in repr(dict(os.environ)).encode():
    got.append("os.environ")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
