"""Puts modules of the standard library and of the harness into the work folder.

accept: exited, finished
answer: ["json.py"]
"""

import json
import os

for name in ("sitecustomize", "usercustomize", "json", "socket", "werkzeug", "fieldguide_harness", "serving"):
    with open(name + ".py", "w") as file:
        file.write("import os; os._exit(0)")
got = sorted(name for name in os.listdir("/work") if name == "json.py")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
