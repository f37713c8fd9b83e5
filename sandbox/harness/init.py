"""Pid 1 of a job's namespaces: takes the job, closes every door, and forks the process that becomes the learner's.

It stays ours to the end: it collects orphans, tells the judge how the program ended, and by ending itself kills
whatever is left. Everything that its child does after its byte on the lock-down pipe is hostile.
"""

import json
import os
import select
import signal
import socket
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from . import capabilities, isolation, landlock, loading, namespaces, running, seccomp_filter
from .diagnosis import Diagnosis

MEASURED = ("/proc", "/work", "/tmp", "/dev/shm")  # noqa: S108 the jail's own
SOCKETS_IN_ONE_MESSAGE = 200  # Linux allows 253 descriptors
JOINS = 8  # at which place in a job's message the descriptors of its cgroups begin
MAX_DESCRIPTORS = 64  # in that message
YIELDING = 5  # of its nice value: a quarter of a processor that others want; far above, a busy machine would starve it
LOOK_SECONDS = 1.0  # between two looks whether the judge still lives


def announce(control_fd: int) -> None:
    """Tell the outside that the zygote is ready, and who it is."""
    with socket.socket(fileno=os.dup(control_fd)) as control:
        pidfd = os.pidfd_open(os.getpid())
        socket.send_fds(control, [b"Z"], [pidfd])
        os.close(pidfd)


def main(control_fd: int, config: dict[str, Any], taken: Callable[[], object]) -> NoReturn:
    """Wait for a job and run it. *taken* is called when there is one; without one (end of the socket) just end."""
    os.setsid()  # or kill(0) would reach the zygote's process group, and in it the programs of others
    namespaces.close_tree()
    control = socket.socket(fileno=control_fd)
    message, descriptors, flags, _ = socket.recv_fds(control, 16, MAX_DESCRIPTORS)
    if not message:
        os._exit(0)
    taken()
    if flags & socket.MSG_CTRUNC:
        raise OSError("some descriptors of the job are lost, and its cgroups may be among them")
    job_fd, out_fd, stdin, stdout, stderr, lockdown_fd, status_fd, diagnosis_fd = descriptors[:JOINS]
    namespaces.join(descriptors[JOINS:])
    for ours, standard in ((stdin, 0), (stdout, 1), (stderr, 2)):
        os.dup2(ours, standard)
    close_all_but(0, 1, 2, job_fd, out_fd, lockdown_fd, status_fd, diagnosis_fd)
    control.detach()
    with open(job_fd, "rb") as file:
        job = json.load(file)

    namespaces.mount_folders(job["limits"]["file_bytes"])
    write_files(job["files"])
    pass_out(out_fd, job["sockets"])
    isolation.set_limits(job["limits"])
    if job["background"]:
        give_way()
    lock_down(config)
    isolation.set_dumpable(False)  # closes /proc/1 to whoever has the same uid
    child = os.fork()
    if child:
        stay_as_init(child, status_fd)

    os.close(status_fd)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    isolation.set_dumpable(True)  # or its own /proc/self would be closed to it
    if "proof" not in config["skip"]:
        isolation.prove()
    if config["profile"]:
        from . import preload  # noqa: PLC0415 the zygote has it already

        preload.after_fork()
        preload.forget(job["files"])
    os.write(lockdown_fd, b"L")
    os.close(lockdown_fd)
    try:
        running.run(job, Diagnosis(diagnosis_fd))
    except SystemExit as error:
        loading.end(loading.exit_code(error))
    except BaseException:
        traceback.print_exc()
    loading.end(1)  # never back into the zygote's code, which this process still carries


def give_way() -> None:
    """Let others go first, for all that comes of this process: without privileges there is no way back."""
    os.nice(YIELDING)
    # Where each session is a group of its own for the scheduler (setsid() above made one), that counts within it only.
    with suppress(OSError), open("/proc/self/autogroup", "w") as group:
        group.write(str(YIELDING))


def lock_down(config: dict[str, Any]) -> None:
    """Give up everything that made this place. Tests leave out a layer (*skip*) to see that it matters."""
    skip = config["skip"]
    capabilities.drop()
    if "landlock" not in skip:
        landlock.restrict(read=landlock.READ, write=landlock.WRITE, execute=config["programs"], ports=landlock.PORTS)
    if "seccomp" not in skip:
        seccomp_filter.load(bytes.fromhex(config["filter"]))


def close_all_but(*kept: int) -> None:
    lowest = 0
    for descriptor in sorted(kept):
        if lowest < descriptor:  # of nothing to close os.closerange(0, 0) makes everything
            os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, 65536)


def stay_as_init(child: int, status_fd: int) -> NoReturn:
    """Wait for *child*, reaping what others leave behind, and write its exit code (negative: the signal).

    Ends, and so kills everything, when nobody is left who would read it: then the judge is gone.
    """
    os.dup2(status_fd, 0)
    os.closerange(1, 65536)  # or the judge would wait for the end of what we hold open
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    judge = select.poll()
    judge.register(0, 0)  # only errors, which are always reported
    while True:
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == child:
                    with suppress(OSError):
                        os.write(0, str(os.waitstatus_to_exitcode(found[1])).encode())
                    os._exit(0)
        if judge.poll(0):
            os._exit(0)
        signal.sigtimedwait([signal.SIGCHLD], LOOK_SECONDS)


def write_files(files: dict[str, str]) -> None:
    """Fill the work folder. *files* maps relative paths to their bytes as hexadecimal text."""
    for path, content in files.items():
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as file:
            file.write(bytes.fromhex(content))


def pass_out(out_fd: int, count: int) -> None:
    """Send the judge what it needs of this place, then close the way out.

    First our pid 1 (to kill everything), /proc, /work, /tmp, /dev/shm (to measure); then, in messages of their own,
    *count* unconnected sockets, which keep this network namespace wherever they are used.
    """
    with socket.socket(fileno=out_fd) as out:
        descriptors = [os.pidfd_open(os.getpid())]
        descriptors += [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in MEASURED]
        send_and_close(out, descriptors)
        for start in range(0, count, SOCKETS_IN_ONE_MESSAGE):
            size = min(SOCKETS_IN_ONE_MESSAGE, count - start)
            send_and_close(out, [socket.socket().detach() for _ in range(size)])


def send_and_close(out: socket.socket, descriptors: list[int]) -> None:
    socket.send_fds(out, [b"S"], descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
