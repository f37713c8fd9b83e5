"""A program that means no harm, run beside an attack: it keeps a secret wherever it can, and answers it after a while."""

import json
import time

with open("target.json") as file:
    SECRET = json.load(file)["neighbour"]
for path in ("/work/secret", "/tmp/secret", "/dev/shm/secret"):
    with open(path, "w") as file:
        file.write(SECRET)


def app(environ, start_response):
    time.sleep(1)
    start_response("200 OK", [("Content-Type", "application/json")])
    with open("/work/secret") as file:
        return [json.dumps(file.read()).encode()]
