"""Reads files of the host: passwords, homes, the project (target.json names a real secret).

accept: finished
answer: []
"""

import json
import os

with open("target.json") as file:
    target = json.load(file)
got = []
for path in (target["secret"], "/etc/shadow", "/etc/machine-id", "/root", "/home", "/var", "/boot", "/sys", "/run", "/mnt",
             "/proc/1/root", "/proc/1/cwd", "/proc/1/environ", "/proc/1/mem", "/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg"):
    try:
        os.close(os.open(path, os.O_RDONLY))
        got.append(path)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
