"""Ends with a success instead of an answer.

accept: exited
"""

import os


def app(environ, start_response):
    os._exit(0)
