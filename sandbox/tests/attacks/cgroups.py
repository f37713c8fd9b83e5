"""Looks for control groups: to leave its own, to see those of others, to raise its limits.

accept: finished
answer: []
"""

import ctypes
import json
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)
got = []
for top in ("/sys", "/sys/fs/cgroup", "/cgroup", "/run/cgroup", "/dev/cgroup"):
    try:
        if os.listdir(top):
            got.append(top)
    except OSError:
        pass
with open("/proc/self/mountinfo") as file:
    got += [line for line in file if " - cgroup" in line]
with open("/proc/self/cgroup") as file:  # where it is in the host's tree
    got += [line for line in file if not line.endswith(":/\n")]
for kind in (b"cgroup", b"cgroup2"):
    if libc.mount(kind, b"/tmp", kind, 0, None) == 0:
        got.append(kind.decode())
if libc.syscall(435, struct.pack("Q72xQ", 0x200000000, 3), 88) >= 0:  # CLONE_INTO_CGROUP
    got.append("clone3")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
