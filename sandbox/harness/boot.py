"""The first code inside: prepare, prove the isolation, hand the sockets out, and only then load the learner's program.

Everything up to the byte on the lock-down pipe is ours and believed; whatever comes after it is hostile, because the
learner's program runs in this very process.
"""

import json
import os
import socket
import sys

from . import isolation, loading, serving
from .diagnosis import Diagnosis

ADDRESS = ("127.0.0.1", 8000)
MEASURED = ("/proc", "/work", "/tmp", "/dev/shm")  # noqa: S108 the jail's own


def main() -> None:
    job_fd, control_fd, lockdown_fd, diagnosis_fd = map(int, sys.argv[1:5])
    with open(job_fd, "rb") as file:
        job = json.load(file)
    write_files(job["files"])

    listener = socket.create_server(ADDRESS, backlog=128)
    pass_out(control_fd, job["sockets"])
    isolation.set_limits(job["limits"])
    isolation.prove()
    os.write(lockdown_fd, b"L")
    os.close(lockdown_fd)

    diagnosis = Diagnosis(diagnosis_fd)
    app = loading.load(job["entry"], diagnosis)
    serving.serve(app, listener, diagnosis)


def write_files(files: dict[str, str]) -> None:
    """Fill the work folder. *files* maps relative paths to their bytes as hexadecimal text."""
    for path, content in files.items():
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as file:
            file.write(bytes.fromhex(content))


def pass_out(control_fd: int, count: int) -> None:
    """Send the judge what it needs of this place, then close the way out.

    In this order: our pid 1 (to kill everything), /proc, /work, /tmp, /dev/shm (to measure), and *count* unconnected
    sockets, which keep this network namespace wherever they are used.
    """
    with socket.socket(fileno=control_fd) as control:
        descriptors = [os.pidfd_open(1)]
        descriptors += [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in MEASURED]
        descriptors += [socket.socket().detach() for _ in range(count)]
        socket.send_fds(control, [b"S"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
