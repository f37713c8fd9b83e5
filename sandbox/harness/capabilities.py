"""Gives up the capabilities that a process has in the user namespace it has made."""

import ctypes
import errno
import os
import struct

_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
# NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, set and locked; KEEP_CAPS, clear and locked: neither uid 0 nor a
# change of uid gives a capability back.
_SECUREBITS = 0b11101111
_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def drop() -> None:
    """Empty all five sets of this process, for good. Raises OSError if something is left."""
    # Both need CAP_SETPCAP. Without it they fail, which matters only if the bounding set is not empty yet.
    _libc.prctl(_PR_SET_SECUREBITS, _SECUREBITS, 0, 0, 0)
    number = 0
    while _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) == 0:
        number += 1
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("=Ii", _VERSION_3, 0)
    if _libc.capset(header, bytes(24)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"giving up capabilities: {os.strerror(number)}")
    if left := missing():
        raise OSError(errno.EPERM, left)


def missing() -> str:
    """Which capability this process has or could get; "" if there is none.

    The ambient set needs no look: the kernel keeps it within the permitted one.
    """
    held = ctypes.create_string_buffer(24)
    if _libc.capget(struct.pack("=Ii", _VERSION_3, 0), held) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"looking for capabilities: {os.strerror(number)}")
    if any(held.raw):
        return "there are capabilities left"
    number = 0
    while (answer := _libc.prctl(_PR_CAPBSET_READ, number, 0, 0, 0)) == 0:
        number += 1
    return f"capability {number} is left in the bounding set" if answer == 1 else ""  # -1: there are no more
