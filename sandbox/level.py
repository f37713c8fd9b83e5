"""Which isolation jobs get: decided once for a process, never lowered on the way."""

import functools
import os
from enum import StrEnum

from sandbox import cgroup
from sandbox.report import SandboxUnavailable


class Level(StrEnum):
    """What holds; docs/sandbox.md has the layers. Where neither can be had, nothing runs."""

    FULL = "full"  # every layer, and a cgroup for memory and processes
    ROOTLESS = "rootless"  # the same without a cgroup: rlimits, and a poll of the whole tree


@functools.cache
def level() -> Level:
    """The best level of this machine, or the one named by SANDBOX_LEVEL.

    Raises SandboxUnavailable if that one cannot be had, or does not exist.
    """
    wanted = os.environ.get("SANDBOX_LEVEL", "")
    if wanted and wanted not in list(Level):
        raise SandboxUnavailable(f"SANDBOX_LEVEL is {wanted!r}: give {' or '.join(Level)}, or nothing for the best")
    if wanted == Level.ROOTLESS:
        return Level.ROOTLESS
    try:
        cgroup.hierarchy()
    except cgroup.Unavailable as error:
        if wanted == Level.FULL:
            raise SandboxUnavailable(f"the level full, which SANDBOX_LEVEL asks for, cannot be had: {error}") from error
        return Level.ROOTLESS
    return Level.FULL
