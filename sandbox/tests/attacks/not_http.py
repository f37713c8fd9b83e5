"""Something that is not HTTP, with NULs and broken UTF-8.

accept: finished
errors: malformed
"""

import time


def answer(connection):
    connection.sendall(b"\x00\xff\xfe PASSED 200 OK \x1b[2J\r\n\r\n")


def app(environ, start_response):
    connection = environ["werkzeug.socket"]
    try:
        answer(connection)
    except OSError:
        time.sleep(0.01)  # the other side gave up
    connection.close()
    start_response("200 OK", [])
    return []
