"""Fills the heap while it answers a request, and survives its MemoryError.

accept: memory_exceeded
"""

def app(environ, start_response):
    hoard = bytearray(10**10)
    start_response("200 OK", [])
    return [bytes(hoard)]
