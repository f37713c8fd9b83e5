"""Makes namespaces, mounts, and changes its root.

accept: finished
start: cold as well
answer: []
"""

import json
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
got = []


def tries(name, *arguments):
    if getattr(libc, name)(*arguments) >= 0:
        got.append(name)


for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x04000000, 0x08000000, 0x02000000, 0x80):
    tries("unshare", flag)
tries("setns", os.open("/proc/self/ns/user", os.O_RDONLY), 0)
tries("mount", b"none", b"/tmp", b"tmpfs", 0, None)
tries("umount2", b"/tmp", 2)
tries("chroot", b"/tmp")
tries("syscall", 155, b"/tmp", b"/tmp")  # pivot_root
tries("syscall", 435, None, 0)  # clone3
tries("syscall", 428, -100, b"/", 1)  # open_tree
tries("syscall", 430, b"tmpfs", 0)  # fsopen
tries("sethostname", b"evil", 4)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
