"""Looks for another submission that runs now: its files, processes, shared memory.

accept: finished
beside: a neighbour
answer: []
"""

import json
import os
import time

with open("target.json") as file:
    marker = json.load(file)["neighbour"].encode()
got = []
for _ in range(4):  # the other one needs some time
    time.sleep(0.2)
    for top in ("/work", "/tmp", "/dev/shm", "/run", "/var", "/proc"):
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name not in ("task", "sys", "self", "thread-self", "fd")]
            for name in names:
                path = os.path.join(folder, name)
                if path in ("/work/target.json", "/proc/kmsg") or name in ("kpagecount", "pagemap"):
                    continue
                try:
                    with open(path, "rb") as file:
                        if marker in file.read(100_000):
                            got.append(path)
                except (OSError, ValueError):
                    pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
