"""Lowers the limits of pid 1, which the kernel would then kill: that must not look like a fault of the sandbox.

accept: finished
answer: []
"""

import json
import resource

got = []
for name in ("RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_AS", "RLIMIT_STACK", "RLIMIT_NOFILE"):
    try:
        resource.prlimit(1, getattr(resource, name), (0, 0))
        got.append(name)
    except PermissionError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
