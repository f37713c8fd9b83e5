"""Redirects to another server; nobody may follow.

accept: finished
errors: none
status: 302
"""

import json

with open("target.json") as file:
    port = json.load(file)["port"]


def app(environ, start_response):
    start_response("302 Found", [("Location", f"http://127.0.0.1:{port}/")])
    return [b""]
