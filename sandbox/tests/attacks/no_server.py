"""Has an app, but shuts the listening socket.

accept: not_ready, finished, exited
errors: refused, closed
"""

import os
import socket

for descriptor in range(3, 256):
    try:
        copy = socket.socket(fileno=os.dup(descriptor))
        copy.shutdown(socket.SHUT_RDWR)
        copy.detach()
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
