"""Leaves files, sockets, links, attributes and open descriptors wherever the next program may find them.

accept: finished
start: cold as well
answer: []
"""

import json
import os
import socket

got = []
kept = []
tops = ["/", "/work", "/tmp", "/dev", "/dev/shm", "/etc", "/opt", "/opt/fieldguide_harness", "/opt/learner", "/opt/learner/lib", "/run",
        "/var/tmp", "/proc/1/cwd", "/proc/1/root/tmp", "/usr/lib", "/home", "/root", "/mnt", os.path.expanduser("~")]
for top in tops:
    actions = {
        "file": lambda: os.open(f"{top}/poison", os.O_CREAT | os.O_RDWR),
        "folder": lambda: os.mkdir(f"{top}/poison.d"),
        "pipe": lambda: os.mkfifo(f"{top}/poison.pipe"),
        "link": lambda: os.symlink("/work", f"{top}/poison.link"),
        "rename": lambda: os.rename(top, f"{top}.old"),
        "mode": lambda: os.chmod(top, 0o777),
        "times": lambda: os.utime(top, (0, 0)),
        "socket": lambda: socket.socket(socket.AF_UNIX).bind(f"{top}/poison.socket"),
    }
    for name, action in actions.items():
        try:
            kept.append(action())
            if top not in ("/work", "/tmp", "/dev/shm", "/proc/1/cwd", "/proc/1/root/tmp", os.path.expanduser("~")):
                got.append([top, name])
        except OSError:
            pass


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
