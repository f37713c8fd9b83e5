"""Starts programs that it has written itself, and shells.

accept: finished
answer: []
"""

import json
import os
import subprocess
import sys

got = []


def tries(name, *command):
    try:
        if subprocess.run(command, capture_output=True, timeout=2).returncode == 0:
            got.append(name)
    except (OSError, subprocess.SubprocessError):
        pass


# The least program for x86-64 that can be written: it calls exit(0).
ELF = bytes.fromhex("7f454c4602010100000000000000000002003e00010000007800400000000000400000000000000000000000000000000000000040003800010000"
                    "0000000000010000000500000000000000000000000000400000000000000040000000000085000000000000008500000000000000001000000000000"
                    "031ffb83c0000000f05")
for folder in ("/work", "/tmp", "/dev/shm"):
    for name, content in (("script", b"#!/bin/sh\nexit 0\n"), ("python", f"#!{sys.executable}\n".encode()), ("elf", ELF)):
        path = f"{folder}/{name}"
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, 0o755)
        tries(path, path)
        tries(f"the loader: {path}", "/lib64/ld-linux-x86-64.so.2", path)
tries("/bin/sh", "/bin/sh", "-c", "exit 0")
tries("/usr/bin/env", "/usr/bin/env", "true")
tries("the loader: /bin/sh", "/lib64/ld-linux-x86-64.so.2", "/bin/sh", "-c", "exit 0")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
