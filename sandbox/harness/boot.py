"""The first code inside: prepare, prove the isolation, hand the sockets out, and only then run the learner's program.

Two processes. Pid 1 stays ours to the end: it collects orphans, tells the judge how the program ended, and by ending
itself kills whatever is left. Its child becomes the learner's program; everything that the child does after its byte
on the lock-down pipe is hostile.
"""

import json
import os
import signal
import socket
import sys
from typing import NoReturn

from . import isolation, running
from .diagnosis import Diagnosis

MEASURED = ("/proc", "/work", "/tmp", "/dev/shm")  # noqa: S108 the jail's own


def main() -> None:
    job_fd, control_fd, lockdown_fd, status_fd, diagnosis_fd = map(int, sys.argv[1:6])
    with open(job_fd, "rb") as file:
        job = json.load(file)
    write_files(job["files"])
    pass_out(control_fd, job["sockets"])
    isolation.set_limits(job["limits"])
    isolation.hide_from_children()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # pid 1 is immune to signals that it does not handle
    child = os.fork()
    if child:
        stay_as_init(child, status_fd)

    os.close(status_fd)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    isolation.show_again()
    isolation.prove()
    os.write(lockdown_fd, b"L")
    os.close(lockdown_fd)

    running.run(job, Diagnosis(diagnosis_fd))


def stay_as_init(child: int, status_fd: int) -> NoReturn:
    """Wait for *child*, reaping what others leave behind, and write its exit code (negative: the signal)."""
    os.dup2(status_fd, 0)
    os.closerange(1, isolation.OPEN_FILES)  # or the judge would wait for the end of what we hold open
    while True:
        pid, status = os.wait()
        if pid == child:
            os.write(0, str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)


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
        descriptors = [os.pidfd_open(os.getpid())]
        descriptors += [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in MEASURED]
        descriptors += [socket.socket().detach() for _ in range(count)]
        socket.send_fds(control, [b"S"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
