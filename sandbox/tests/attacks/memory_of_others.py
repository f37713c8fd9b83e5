"""Searches its own memory for secrets: of the program before it, of requests that have yet to come, of the worker.

accept: finished
start: cold as well
answer: []
"""

import json
import re

with open("target.json") as file:
    target = json.load(file)
HALVES = {name: [half.encode() for half in target[name]] for name in ("predecessor", "request", "expected")}
got = []
bytes_read = 0
with open("/proc/self/maps") as file:
    ranges = [line.split() for line in file]
with open("/proc/self/mem", "rb", 0) as memory:
    for fields in ranges:
        if "r" not in fields[1] or fields[-1] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
            continue
        start, end = (int(number, 16) for number in fields[0].split("-"))
        for position in range(start, end, 2**20):
            try:
                memory.seek(position)
                part = memory.read(min(2**20 + 256, end - position))
            except (OSError, OverflowError, ValueError):
                continue
            bytes_read += len(part)
            for name, (first, second) in HALVES.items():
                for match in re.finditer(first, part):
                    if part[match.end() : match.end() + len(second)] == second:
                        got.append([name, fields[-1]])
if bytes_read < 2**20:
    got.append(f"only {bytes_read} bytes could be searched")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
