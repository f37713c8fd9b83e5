"""Loads the system call filter that sandbox/seccomp.py has built, for this process and all that come after it."""

import ctypes
import errno
import os
import struct

_INSTRUCTION_BYTES = 8
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_SECCOMP_MODE_FILTER = 2

_libc = ctypes.CDLL(None, use_errno=True)


def load(program: bytes) -> None:
    """Load *program*, an array of struct sock_filter, for good. Raises OSError if the kernel does not take it."""
    if not program or len(program) % _INSTRUCTION_BYTES:
        raise OSError(errno.EINVAL, f"not a system call filter: {len(program)} bytes")
    memory = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where they are.
    header = struct.pack("@HP", len(program) // _INSTRUCTION_BYTES, ctypes.addressof(memory))
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _error("setting no_new_privs")
    if _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) != 0:
        raise _error("loading the system call filter")


def missing() -> str:
    """What a process under our filter could do all the same; "" if the filter is there.

    /proc/self/status tells of any filter, and around a container there is one already: so this tries a call that ours
    refuses and others allow.
    """
    try:
        descriptor = os.memfd_create("probe", os.MFD_CLOEXEC)
    except PermissionError:
        return ""
    os.close(descriptor)
    return "memory files can be made"


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
