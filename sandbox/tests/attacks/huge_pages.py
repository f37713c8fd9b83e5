"""Asks for huge pages, which are the host's own and counted nowhere.

accept: finished
answer: []
"""

import json
import mmap

got = []
for flags in (mmap.MAP_PRIVATE, mmap.MAP_SHARED):
    try:
        pages = mmap.mmap(-1, 2**21, flags | mmap.MAP_ANONYMOUS | 0x40000)
        pages[0] = 1
        got.append(flags)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
