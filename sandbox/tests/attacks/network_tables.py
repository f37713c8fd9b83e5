"""Reads what the kernel tells about networks: connections, routes, neighbours and sockets of others.

accept: finished
answer: []
"""

import json
import os

with open("target.json") as file:
    target = json.load(file)
got = []
for folder in ("/proc/net", "/proc/self/net", "/proc/1/net", "/proc/thread-self/net"):
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    for name in names:
        try:
            with open(f"{folder}/{name}", "rb") as file:
                text = file.read(1_000_000).decode("latin-1")
        except OSError:
            continue
        lines = text.splitlines()[1:]
        if f":{target['port']:04X}" in text or target["abstract"] in text or target["socket"] in text:
            got.append([name, "the host's"])
        if name in ("route", "arp", "packet") and lines:
            got.append([name, lines])
        if name == "unix" and len(lines) > 1:
            got.append([name, lines])
        if name == "dev" and [line.partition(":")[0].strip() for line in lines[1:]] != ["lo"]:
            got.append([name, lines])


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
