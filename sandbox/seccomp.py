"""Our own system call filter, as the classic BPF program that bubblewrap loads just before the harness starts.

An allow list: REFUSED calls answer EPERM, unknown ones ENOSYS. Calls made for another architecture (32-bit, x32) kill
the process, because their numbers mean other calls. Six calls are decided by their arguments.
"""

import errno
import platform
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox import syscalls
from sandbox.report import SandboxUnavailable


@dataclass(frozen=True, slots=True)
class Machine:
    audit_arch: int  # AUDIT_ARCH_*: what the kernel says the call was made for
    numbers: dict[str, int]
    x32_bit: int | None  # x86-64 tells x32 calls apart by this bit of the number


MACHINES = {
    "x86_64": Machine(0xC000003E, syscalls.X86_64, 0x40000000),
    "aarch64": Machine(0xC00000B7, syscalls.AARCH64, None),
}

# struct seccomp_data: the number, the architecture, the instruction pointer, six arguments of 64 bits.
_NUMBER, _ARCH, _ARGS = 0, 4, 16

_LOAD, _AND = 0x20, 0x54  # BPF_LD|BPF_W|BPF_ABS, BPF_ALU|BPF_AND|BPF_K
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45  # BPF_JMP|BPF_K with JEQ, JGE, JSET
_RETURN = 0x06

_KILL = 0x80000000  # SECCOMP_RET_KILL_PROCESS
_ALLOW = 0x7FFF0000

_CLONE_NEW_NAMESPACES = 0x7E020080  # CLONE_NEW{TIME,NS,CGROUP,UTS,IPC,USER,PID,NET}
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # push characters into a terminal
_PERSONALITY_QUERY = 0xFFFFFFFF
_SOCKET_TYPE_MASK = 0xF  # the rest are SOCK_CLOEXEC and SOCK_NONBLOCK
_IPPROTO_TCP, _IPPROTO_UDP = 6, 17
_SOL_SOCKET = 1
# SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE: buffers are kernel memory that no limit of ours counts.
_BUFFER_OPTIONS = (7, 8, 32, 33)

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def _errno(number: int) -> int:
    return 0x00050000 | number  # SECCOMP_RET_ERRNO; 0 does nothing and answers success


def _low(argument: int) -> Instruction:
    """Load the low half of an argument: all of the arguments below are ints to the kernel, the high half is ignored."""
    return (_LOAD, 0, 0, _ARGS + 8 * argument)


def _return(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)


def _unless_one_of(values: Sequence[int], otherwise: int) -> list[Instruction]:
    """Go on if the loaded word is one of *values*, else return *otherwise*."""
    checks = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*checks, _return(otherwise)]


def _socket_rules() -> list[Instruction]:
    return [
        _low(0),
        *_unless_one_of((socket.AF_UNIX, socket.AF_INET, socket.AF_INET6), _errno(errno.EAFNOSUPPORT)),
        _low(1),
        (_AND, 0, 0, _SOCKET_TYPE_MASK),
        *_unless_one_of((socket.SOCK_STREAM, socket.SOCK_DGRAM), _errno(errno.ESOCKTNOSUPPORT)),
        _low(2),
        *_unless_one_of((0, _IPPROTO_TCP, _IPPROTO_UDP), _errno(errno.EPROTONOSUPPORT)),
        _return(_ALLOW),
    ]


def _special_rules() -> dict[str, list[Instruction]]:
    """What to do at the calls that depend on their arguments; every list ends in a return."""
    options = len(_BUFFER_OPTIONS)
    return {
        # The flags of clone3 lie in memory, where a filter cannot look; C libraries fall back to clone.
        "clone3": [_return(_errno(errno.ENOSYS))],
        "clone": [
            _low(0),
            (_ANY_BIT, 0, 1, _CLONE_NEW_NAMESPACES),
            _return(_errno(errno.EPERM)),
            _return(_ALLOW),
        ],
        "socket": _socket_rules(),
        "socketpair": _socket_rules(),
        "setsockopt": [
            _low(1),
            (_EQUAL, 0, options + 1, _SOL_SOCKET),
            _low(2),
            *((_EQUAL, options - index, 0, option) for index, option in enumerate(_BUFFER_OPTIONS)),
            _return(_ALLOW),
            _return(_errno(0)),
        ],
        "ioctl": [
            _low(1),
            (_EQUAL, 2, 0, _TIOCSTI),
            (_EQUAL, 1, 0, _TIOCLINUX),
            _return(_ALLOW),
            _return(_errno(errno.EPERM)),
        ],
        # Limits of the caller only: by lowering those of pid 1, which has the same uid, a program could have the kernel
        # kill it, and that would look like a fault of ours.
        "prlimit64": [
            _low(0),
            (_EQUAL, 0, 1, 0),
            _return(_ALLOW),
            _return(_errno(errno.EPERM)),
        ],
        "personality": [
            _low(0),
            (_EQUAL, 1, 0, 0),
            (_EQUAL, 0, 1, _PERSONALITY_QUERY),
            _return(_ALLOW),
            _return(_errno(errno.EPERM)),
        ],
    }


def _numbers(machine: Machine, names: Iterable[str]) -> list[int]:
    return sorted(machine.numbers[name] for name in names if name in machine.numbers)


def program(machine_name: str | None = None) -> bytes:
    """The filter for this machine (or the one named), as an array of struct sock_filter.

    Raises SandboxUnavailable on a machine whose system calls nobody here has listed.
    """
    name = machine_name or platform.machine()
    machine = MACHINES.get(name)
    if machine is None:
        raise SandboxUnavailable(f"there is no system call filter for {name!r}: use x86_64 or aarch64")

    code: list[Instruction] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, machine.audit_arch), _return(_KILL)]
    code.append((_LOAD, 0, 0, _NUMBER))
    if machine.x32_bit is not None:
        code += [(_AT_LEAST, 0, 1, machine.x32_bit), _return(_KILL)]
    for special, rules in _special_rules().items():
        code += [(_EQUAL, 0, len(rules), machine.numbers[special]), *rules]
    for number in _numbers(machine, syscalls.ALLOWED):
        code += [(_EQUAL, 0, 1, number), _return(_ALLOW)]
    for number in _numbers(machine, syscalls.REFUSED):
        code += [(_EQUAL, 0, 1, number), _return(_errno(errno.EPERM))]
    code.append(_return(_errno(errno.ENOSYS)))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
