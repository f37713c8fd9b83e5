"""Prints NULs, terminal controls, bidirectional overrides and broken UTF-8.

accept: finished
answer: []
"""

import json
import os

os.write(1, b"\x00\x1b[2J\x1b]0;owned\x07\xff\xfe\xed\xa0\x80" + "\u202e\u2066evil".encode() + b"\r\n" * 3)
os.write(2, bytes(range(256)))
got = []


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
