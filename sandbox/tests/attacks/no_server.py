"""Has an app, but shuts every socket that is about to listen.

accept: not_ready, finished, exited
errors: refused, closed
"""

import socket

listen = socket.socket.listen


def shut(self, *backlog):
    listen(self, *backlog)
    self.shutdown(socket.SHUT_RDWR)


socket.socket.listen = shut


def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
