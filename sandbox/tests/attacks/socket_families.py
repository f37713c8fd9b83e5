"""Asks for every kind of socket that there is: the kernel's rarest code is behind them.

accept: finished
answer: []
"""

import json
import socket

got = []
for family in range(0, 64):
    for kind in (1, 2, 3, 4, 5, 6, 10):
        for protocol in (0, 1, 6, 17, 33, 41, 58, 132, 136, 255, 262):
            try:
                socket.socket(family, kind, protocol).close()
            except OSError:
                continue
            if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6) or kind not in (1, 2) or protocol not in (0, 6, 17):
                got.append([family, kind, protocol])


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
