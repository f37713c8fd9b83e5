"""Burns CPU in a handler.

accept: timed_out
start: cold as well
"""

def app(environ, start_response):
    while True:
        pass
