"""Answers with a compressed gigabyte.

accept: finished
errors: none
status: 200
"""

import zlib

BODY = zlib.compress(bytes(2**26))


def app(environ, start_response):
    start_response("200 OK", [("Content-Encoding", "deflate"), ("Content-Length", str(len(BODY)))])
    return [BODY]
