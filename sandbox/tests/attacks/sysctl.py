"""Writes kernel settings: a core_pattern with a pipe is a full escape.

accept: finished
answer: []
"""

import json
got = []
for path in ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/overcommit_memory", "net/ipv4/tcp_wmem",
             "net/ipv4/ip_forward", "kernel/ns_last_pid"):
    try:
        with open("/proc/sys/" + path, "w") as file:
            file.write("|/work/escape")
        got.append(path)
    except OSError:
        pass
try:
    with open("/proc/sysrq-trigger", "w") as file:
        file.write("h")
    got.append("sysrq")
except OSError:
    pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
