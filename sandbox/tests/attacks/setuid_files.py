"""Makes a program of its own setuid, and starts setuid programs of the host.

accept: finished
answer: []
"""

import json
import os
import shutil
import subprocess
import sys

got = []
for source in ("/usr/bin/id", "/bin/busybox", os.path.realpath(sys.executable)):
    for folder in ("/work", "/tmp", "/dev/shm"):
        try:
            shutil.copy(source, f"{folder}/program")
            os.chmod(f"{folder}/program", 0o6755)
            said = subprocess.run([f"{folder}/program", "-u"], capture_output=True, timeout=2).stdout
            if said.strip() == b"0":
                got.append([source, folder])
        except (OSError, subprocess.SubprocessError):
            pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
