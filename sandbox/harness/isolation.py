"""The last limits, and the proof from inside that the walls stand."""

import ctypes
import os
import resource
import threading

THREAD_STACK_BYTES = 2 * 1024 * 1024  # the usual 8 MiB would leave few threads under RLIMIT_DATA
OPEN_FILES = 256
QUEUED_SIGNALS = 256  # kernel timers count as well
PR_SET_DUMPABLE = 4


class NotIsolated(Exception):
    """A wall is missing; nothing of the learner may run."""


def set_limits(limits: dict[str, int]) -> None:
    """Set the limits of this process and all its children, for good. Sizes in bytes, cpu in seconds."""
    for name, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_DATA, limits["data_bytes"]),
        (resource.RLIMIT_AS, limits["address_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, QUEUED_SIGNALS),
        (resource.RLIMIT_NPROC, limits["processes"]),
    ):
        resource.setrlimit(name, (value, value))
    threading.stack_size(THREAD_STACK_BYTES)


def hide_from_children() -> None:
    """Close /proc/1/mem and the like to whoever has the same uid."""
    set_dumpable(False)


def show_again() -> None:
    """Undo that for a child, whose own /proc/self would otherwise be closed to itself."""
    set_dumpable(True)


def set_dumpable(value: bool) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, int(value), 0, 0, 0) != 0:
        raise NotIsolated(f"PR_SET_DUMPABLE failed: {os.strerror(ctypes.get_errno())}")


def prove() -> None:
    """Raise NotIsolated unless every wall that can be seen from here stands."""
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    expected = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16, "CapBnd": "0" * 16}
    wrong = {name: status.get(name) for name, value in expected.items() if status.get(name) != value}
    if wrong:
        raise NotIsolated(f"/proc/self/status has {wrong}")
    if 0 in os.getresuid() or 0 in os.getresgid():
        raise NotIsolated("running as root")
    if os.getpid() == 1:
        raise NotIsolated("running as the first process")
    pids = {name for name in os.listdir("/proc") if name.isdecimal()}
    if pids != {"1", str(os.getpid())}:
        raise NotIsolated(f"other processes can be seen: {sorted(pids)}")
    with open("/proc/self/net/dev") as file:
        interfaces = [line.partition(":")[0].strip() for line in file if ":" in line]
    if interfaces != ["lo"]:
        raise NotIsolated(f"there are network interfaces: {interfaces}")
    if os.access("/proc/1/mem", os.R_OK):
        raise NotIsolated("the memory of pid 1 can be read")
    for path in ("/", "/dev", "/etc", "/opt/fieldguide_harness", "/usr/bin"):
        if os.access(path, os.W_OK):
            raise NotIsolated(f"{path} can be written")
