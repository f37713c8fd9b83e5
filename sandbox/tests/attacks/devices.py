"""Makes device nodes and setuid programs.

accept: finished
answer: []
"""

import json
import os
import stat
import subprocess

got = []
for kind, device in ((stat.S_IFBLK, os.makedev(254, 0)), (stat.S_IFCHR, os.makedev(1, 1))):
    try:
        os.mknod("/work/device", kind | 0o666, device)
        got.append(kind)
    except OSError:
        pass
for program in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount"):
    try:
        result = subprocess.run([program, "--help"], capture_output=True, timeout=5)
        uid = subprocess.run(["/usr/bin/id", "-u"], capture_output=True, timeout=5).stdout.strip()
        if uid == b"0":
            got.append(program)
    except OSError:
        pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
