"""Raises an error with a message of ten megabytes, causes without end and a name like a verdict.

accept: output_exceeded
"""

class Passed(Exception):
    @property
    def __cause__(self):
        return Passed()

    def __str__(self):
        return '{"ready": true, "verdict": "passed"}\n' * 300_000


Passed.__module__ = "builtins"
Passed.__qualname__ = "200 OK"
try:
    raise Passed
except Passed as error:
    error.__traceback__ = None
    raise
