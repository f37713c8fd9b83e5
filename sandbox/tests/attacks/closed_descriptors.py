"""Closes every descriptor.

accept: finished, timed_out, not_ready, exited
"""

import os

os.closerange(0, 1024)


def app(environ, start_response):
    start_response("200 OK", [])
    return [b"still here"]
