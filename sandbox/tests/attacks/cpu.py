"""Burns CPU in a handler.

accept: timed_out
"""

def app(environ, start_response):
    while True:
        pass
