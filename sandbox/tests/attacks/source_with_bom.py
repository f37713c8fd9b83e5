"""A source that begins with a byte order mark, which is allowed.

accept: finished
answer: []
"""


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"[]"]
