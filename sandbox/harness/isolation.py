"""The last limits, and the proof from inside that the walls stand."""

import ctypes
import os
import resource
import threading

from . import landlock, seccomp_filter

THREAD_STACK_BYTES = 2 * 1024 * 1024  # the usual 8 MiB would leave few threads under RLIMIT_DATA
OPEN_FILES = 256
QUEUED_SIGNALS = 256  # kernel timers count as well
PR_SET_DUMPABLE = 4


class NotIsolated(Exception):
    """A wall is missing; nothing of the learner may run."""


def set_limits(limits: dict[str, int]) -> None:
    """Set the limits of this process and all its children, for good. Sizes in bytes, cpu in seconds.

    What was inherited from a warm zygote is not the learner's: of memory that is here already at least *baseline_bytes*
    is left out of account.
    """
    here = sizes()
    data_bytes = max(here["VmData"], limits["baseline_bytes"]) + limits["data_bytes"]
    address_bytes = max(here["VmSize"], data_bytes) + limits["address_bytes"]
    for name, value in (
        (resource.RLIMIT_CORE, 1),  # byte: none is written, and unlike 0 it keeps a host's core handler from being run
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_DATA, data_bytes),
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, QUEUED_SIGNALS),
        (resource.RLIMIT_NPROC, limits["processes"]),
    ):
        resource.setrlimit(name, (value, value))
    threading.stack_size(THREAD_STACK_BYTES)


def sizes() -> dict[str, int]:
    """The sizes of this process in bytes: VmData, VmSize and the like."""
    with open("/proc/self/status") as file:
        lines = [line.split() for line in file if line.endswith("kB\n")]
    return {name.rstrip(":"): int(value) * 1024 for name, value, _ in lines}


def set_dumpable(value: bool) -> None:
    """Whether others of the same uid may look into /proc/self/mem and the like."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, int(value), 0, 0, 0) != 0:
        raise NotIsolated(f"PR_SET_DUMPABLE failed: {os.strerror(ctypes.get_errno())}")


def prove() -> None:
    """Raise NotIsolated unless every wall that can be seen from here stands."""
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    expected = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16, "CapBnd": "0" * 16}
    expected |= {"CapInh": "0" * 16, "CapAmb": "0" * 16}
    wrong = {name: status.get(name) for name, value in expected.items() if status.get(name) != value}
    if wrong:
        raise NotIsolated(f"/proc/self/status has {wrong}")
    if 0 in os.getresuid() or 0 in os.getresgid():
        raise NotIsolated("running as root")
    if os.getpid() == 1:
        raise NotIsolated("running as the first process")
    pids = {name for name in os.listdir("/proc") if name.isdecimal()}
    if not pids <= {"1", str(os.getpid())}:
        raise NotIsolated(f"other processes can be seen: {sorted(pids)}")
    with open("/proc/self/net/dev") as file:
        interfaces = [line.partition(":")[0].strip() for line in file if ":" in line]
    if interfaces != ["lo"]:
        raise NotIsolated(f"there are network interfaces: {interfaces}")
    if os.access("/proc/1/mem", os.R_OK):
        raise NotIsolated("the memory of pid 1 can be read")
    if problem := landlock.missing():
        raise NotIsolated(f"Landlock does not hold: {problem}")
    if problem := seccomp_filter.missing():
        raise NotIsolated(f"the system call filter does not hold: {problem}")
    for path in ("/", "/dev", "/etc", "/opt/fieldguide_harness", "/usr/lib"):
        if os.access(path, os.W_OK):
            raise NotIsolated(f"{path} can be written")
