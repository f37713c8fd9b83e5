"""Our own system call filter, as the classic BPF program that the harness loads just before the learner's process.

An allow list: REFUSED calls answer EPERM, unknown ones ENOSYS. Calls made for another architecture (32-bit, x32) kill
the process, because their numbers mean other calls. Some calls are decided by their arguments; what those refuse
answers as a kernel would that was built without it, so that libraries go on.

The harness's pid 1 has the same uid as the learner's program, so calls that act on a process by its pid are allowed for
the caller only. Signals are an exception: pid 1 of a pid namespace gets none that it does not handle, and it handles
none. A filter sees numbers, not what pointers point to: paths and ports are Landlock's (harness/landlock.py).
"""

import errno
import platform
import socket
import struct
from collections.abc import Sequence
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

# Numbers as in Linux's headers, the same on both machines; Python's own constants are not there on every system that
# imports this.
_CLONE_NEW_NAMESPACES = 0x7E020080  # CLONE_NEW{TIME,NS,CGROUP,UTS,IPC,USER,PID,NET}
_PERSONALITY_QUERY = 0xFFFFFFFF
_SOCKET_TYPE_MASK = 0xF  # the rest are SOCK_CLOEXEC and SOCK_NONBLOCK
_SOL_SOCKET, _IPPROTO_IP, _IPPROTO_TCP, _IPPROTO_UDP, _IPPROTO_IPV6 = 1, 0, 6, 17, 41
_MSG_OOB = 1
_PRIO_PROCESS = 0

# SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE: buffers are kernel memory that no limit of ours counts.
_BUFFER_OPTIONS = (7, 8, 32, 33)
# What servers, clients and the C library's resolver set. Not among them: programs attached to sockets (SO_ATTACH_*),
# zero copy, kernel TLS (TCP_ULP), signatures, UDP encapsulation, multicast, packet filters (IPT_SO_*), and all other
# protocols.
_SOCKET_OPTIONS = {
    # REUSEADDR DONTROUTE BROADCAST KEEPALIVE OOBINLINE PRIORITY LINGER REUSEPORT PASSCRED RCVLOWAT RCVTIMEO SNDTIMEO
    # TIMESTAMP TIMESTAMPNS INCOMING_CPU RCVTIMEO_NEW SNDTIMEO_NEW
    _SOL_SOCKET: (2, 5, 6, 9, 10, 12, 13, 15, 16, 18, 20, 21, 29, 35, 49, 66, 67),
    # TOS TTL PKTINFO MTU_DISCOVER RECVERR RECVTTL RECVTOS FREEBIND BIND_ADDRESS_NO_PORT
    _IPPROTO_IP: (1, 2, 8, 10, 11, 12, 13, 15, 24),
    # UNICAST_HOPS MTU_DISCOVER RECVERR V6ONLY RECVPKTINFO TCLASS
    _IPPROTO_IPV6: (16, 23, 25, 26, 49, 67),
    # NODELAY MAXSEG CORK KEEPIDLE KEEPINTVL KEEPCNT SYNCNT LINGER2 DEFER_ACCEPT WINDOW_CLAMP QUICKACK USER_TIMEOUT
    # FASTOPEN NOTSENT_LOWAT FASTOPEN_CONNECT
    _IPPROTO_TCP: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 18, 23, 25, 30),
}

_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # push characters into a terminal
# TCGETS (isatty), TIOCGWINSZ, TIOCGPGRP, TIOCOUTQ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX;
# SIOCGIF{NAME,CONF,FLAGS,ADDR,BRDADDR,NETMASK,MTU,HWADDR,INDEX}
_IOCTLS = (
    *(0x5401, 0x5413, 0x540F, 0x5411, 0x541B, 0x5421, 0x5450, 0x5451),
    *(0x8910, 0x8912, 0x8913, 0x8915, 0x8919, 0x891B, 0x8921, 0x8927, 0x8933),
)

_F_SETPIPE_SZ = (
    1031  # up to 1 MiB of kernel memory for each pipe, out of what the kernel grants a uid on the whole host
)
# F_{DUPFD,GETFD,SETFD,GETFL,SETFL,GETLK,SETLK,SETLKW}, F_OFD_{GETLK,SETLK,SETLKW}, F_DUPFD_CLOEXEC, F_GETPIPE_SZ,
# F_GET_SEALS. Not among them: leases and notification on the host's files, signals to owners of descriptors.
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032, 1034)

# {SET,GET}_PDEATHSIG, {GET,SET}_DUMPABLE, {GET,SET}_KEEPCAPS, {SET,GET}_NAME, GET_SECCOMP, CAPBSET_READ,
# GET_SECUREBITS, {SET,GET}_TIMERSLACK, {SET,GET}_CHILD_SUBREAPER, {SET,GET}_NO_NEW_PRIVS, {SET,GET}_THP_DISABLE,
# CAP_AMBIENT, GET_SPECULATION_CTRL. Not among them: SET_SECCOMP, SET_MM, SYSCALL_USER_DISPATCH, SCHED_CORE, and giving
# up the mitigations of the processor's flaws.
_PRCTLS = (1, 2, 3, 4, 7, 8, 15, 16, 21, 23, 27, 29, 30, 36, 37, 38, 39, 41, 42, 47, 52)

# ARCH_{SET_GS,SET_FS,GET_FS,GET_GS}, ARCH_{GET_XCOMP_SUPP,GET_XCOMP_PERM,REQ_XCOMP_PERM}
_ARCH_PRCTLS = (0x1001, 0x1002, 0x1003, 0x1004, 0x1021, 0x1022, 0x1023)

# MADV_MERGEABLE: pages shared with whoever has the same tell by their timing what others have in memory.
# MADV_HWPOISON, MADV_SOFT_OFFLINE: take memory away from the host, with a capability.
_BAD_ADVICE = (12, 100, 101)

_FILE_TYPE_MASK = 0o170000
_FILE_TYPES = (0, 0o100000, 0o010000, 0o140000)  # a plain file (in two ways), a FIFO, a socket; no devices

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def _errno(number: int) -> int:
    return 0x00050000 | number  # SECCOMP_RET_ERRNO; 0 does nothing and answers success


def _low(argument: int) -> Instruction:
    """Load the low half of an argument: all of the arguments below are ints to the kernel, the high half is ignored."""
    return (_LOAD, 0, 0, _ARGS + 8 * argument)


def _return(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)


def _if_one_of(values: Sequence[int], answer: int) -> list[Instruction]:
    """Return *answer* if the loaded word is one of *values*, else go on."""
    checks = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values[:-1], 1)]
    return [*checks, (_EQUAL, 0, 1, values[-1]), _return(answer)]


def _unless_one_of(values: Sequence[int], answer: int) -> list[Instruction]:
    """Go on if the loaded word is one of *values*, else return *answer*."""
    checks = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*checks, _return(answer)]


def _only(argument: int, values: Sequence[int], otherwise: int) -> list[Instruction]:
    """Allow the call if *argument* is one of *values*, else answer the error *otherwise*."""
    return [_low(argument), *_unless_one_of(values, _errno(otherwise)), _return(_ALLOW)]


def _without_flags(argument: int, flags: int, otherwise: int) -> list[Instruction]:
    """Allow the call if none of *flags* is in *argument*, else answer the error *otherwise*."""
    return [_low(argument), (_ANY_BIT, 0, 1, flags), _return(_errno(otherwise)), _return(_ALLOW)]


def _socket_rules() -> list[Instruction]:
    return [
        _low(0),
        *_unless_one_of((socket.AF_UNIX, socket.AF_INET, socket.AF_INET6), _errno(errno.EAFNOSUPPORT)),
        _low(1),
        (_AND, 0, 0, _SOCKET_TYPE_MASK),
        *_unless_one_of((socket.SOCK_STREAM, socket.SOCK_DGRAM), _errno(errno.ESOCKTNOSUPPORT)),
        *_only(2, (0, _IPPROTO_TCP, _IPPROTO_UDP), errno.EPROTONOSUPPORT),
    ]


def _socket_option_rules() -> list[Instruction]:
    result = [_low(1)]
    for level, names in _SOCKET_OPTIONS.items():
        rules = _only(2, names, errno.ENOPROTOOPT)
        if level == _SOL_SOCKET:
            rules = [_low(2), *_if_one_of(_BUFFER_OPTIONS, _errno(0)), *rules]
        result += [(_EQUAL, 0, len(rules), level), *rules]
    return [*result, _return(_errno(errno.ENOPROTOOPT))]


def _node_rules(mode: int) -> list[Instruction]:
    return [
        _low(mode),
        (_AND, 0, 0, _FILE_TYPE_MASK),
        *_unless_one_of(_FILE_TYPES, _errno(errno.EPERM)),
        _return(_ALLOW),
    ]


def _special_rules() -> dict[str, list[Instruction]]:
    """What to do at the calls that depend on their arguments; every list ends in a return."""
    return {
        # The flags of clone3 lie in memory, where a filter cannot look; C libraries fall back to clone.
        "clone3": [_return(_errno(errno.ENOSYS))],
        "clone": _without_flags(0, _CLONE_NEW_NAMESPACES, errno.EPERM),
        "socket": _socket_rules(),
        "socketpair": _socket_rules(),
        "setsockopt": _socket_option_rules(),
        # Urgent data: on Unix sockets young code with a record, and nobody's way of talking HTTP.
        "sendto": _without_flags(3, _MSG_OOB, errno.EOPNOTSUPP),
        "sendmsg": _without_flags(2, _MSG_OOB, errno.EOPNOTSUPP),
        "sendmmsg": _without_flags(3, _MSG_OOB, errno.EOPNOTSUPP),
        "ioctl": [
            _low(1),
            *_if_one_of((_TIOCSTI, _TIOCLINUX), _errno(errno.EPERM)),
            *_only(1, _IOCTLS, errno.ENOTTY),
        ],
        "fcntl": [
            _low(1),
            *_if_one_of((_F_SETPIPE_SZ,), _errno(errno.EPERM)),
            *_only(1, _FCNTLS, errno.EINVAL),
        ],
        "prctl": _only(0, _PRCTLS, errno.EINVAL),
        "arch_prctl": _only(0, _ARCH_PRCTLS, errno.EINVAL),
        "madvise": [_low(2), *_if_one_of(_BAD_ADVICE, _errno(errno.EINVAL)), _return(_ALLOW)],
        "mknod": _node_rules(1),
        "mknodat": _node_rules(2),
        # Of the caller only: by its limits, priority or processors pid 1 could be slowed down or, with a limit of the
        # processor's time, be killed by the kernel, which would look like a fault of ours. A program's own pid is not
        # known here: it has to say 0.
        "prlimit64": _only(0, (0,), errno.EPERM),
        "sched_setaffinity": _only(0, (0,), errno.EPERM),
        "setpriority": [
            _low(0),
            *_unless_one_of((_PRIO_PROCESS,), _errno(errno.EPERM)),
            *_only(1, (0,), errno.EPERM),
        ],
        "personality": _only(0, (0, _PERSONALITY_QUERY), errno.EPERM),
        # Both succeed and do nothing. The first would write out all file systems of the host, the second drop the
        # interpreter's files from the host's memory, and a program of ours has nothing on a disk.
        "sync": [_return(_errno(0))],
        "fadvise64": [_return(_errno(0))],
    }


def _answers(machine: Machine) -> list[tuple[int, int]]:
    """(first number, answer) of every range of calls that are answered alike, in order, beginning with 0."""
    answers = {machine.numbers[name]: _ALLOW for name in syscalls.ALLOWED if name in machine.numbers}
    answers |= {machine.numbers[name]: _errno(errno.EPERM) for name in syscalls.REFUSED if name in machine.numbers}
    unknown = _errno(errno.ENOSYS)
    every = [answers.get(number, unknown) for number in range(max(answers) + 2)]
    return [(number, answer) for number, answer in enumerate(every) if number == 0 or answer != every[number - 1]]


def _search(ranges: Sequence[tuple[int, int]]) -> list[Instruction]:
    """Halve *ranges* until one is left, and return its answer.

    The kernel runs a new filter once for every call there is, in every job, which takes twice as long with a list.
    """
    if len(ranges) == 1:
        return [_return(ranges[0][1])]
    middle = len(ranges) // 2
    lower, upper = _search(ranges[:middle]), _search(ranges[middle:])
    return [(_AT_LEAST, len(lower), 0, ranges[middle][0]), *lower, *upper]


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
        if special in machine.numbers:
            code += [(_EQUAL, 0, len(rules), machine.numbers[special]), *rules]
    code += _search(_answers(machine))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
