"""The filter as a program; that the kernel takes it and what it refuses is shown by the attacks."""

import errno
import platform
import socket
import struct

import pytest

from sandbox import SandboxUnavailable, seccomp, syscalls

ALLOW, KILL = 0x7FFF0000, 0x80000000
X86_64, I386, AARCH64 = 0xC000003E, 0x40000003, 0xC00000B7
BPF_MAXINSNS = 4096


def error(number):
    return 0x00050000 | number


def decide(machine, arch, number, *arguments):
    """Run the filter as the kernel would; the value it returns."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    program = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    position = accumulator = 0
    while True:
        code, if_true, if_false, operand = program[position]
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        elif code == 0x54:
            accumulator &= operand
        elif code == 0x06:
            return operand
        else:
            holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[
                code
            ]
            position += if_true if holds else if_false


@pytest.mark.parametrize(
    ("name", "arguments", "decision"),
    [
        ("read", (), ALLOW),
        ("execve", (), ALLOW),
        ("unshare", (), error(errno.EPERM)),
        ("memfd_create", (), error(errno.EPERM)),
        ("clone3", (), error(errno.ENOSYS)),
        ("openat2", (), error(errno.ENOSYS)),
        ("clone", (0x003D0F00,), ALLOW),  # what pthread_create asks for
        ("clone", (0x10000000,), error(errno.EPERM)),
        ("clone", (0x00020000 | 17,), error(errno.EPERM)),
        ("clone", (0x80,), error(errno.EPERM)),
        ("socket", (socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, 0), ALLOW),
        ("socket", (socket.AF_INET6, socket.SOCK_DGRAM, 17), ALLOW),
        ("socket", (socket.AF_UNIX, socket.SOCK_STREAM, 0), ALLOW),
        ("socket", (socket.AF_NETLINK, socket.SOCK_RAW, 0), error(errno.EAFNOSUPPORT)),
        ("socket", (socket.AF_INET, socket.SOCK_RAW, 1), error(errno.ESOCKTNOSUPPORT)),
        ("socket", (socket.AF_INET, socket.SOCK_STREAM, 262), error(errno.EPROTONOSUPPORT)),
        ("socketpair", (socket.AF_UNIX, socket.SOCK_STREAM, 0), ALLOW),
        ("setsockopt", (3, socket.SOL_SOCKET, socket.SO_REUSEADDR), ALLOW),
        ("setsockopt", (3, socket.SOL_SOCKET, 7), error(0)),
        ("setsockopt", (3, socket.SOL_SOCKET, 33), error(0)),
        ("setsockopt", (3, socket.IPPROTO_TCP, 7), ALLOW),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), error(errno.EPERM)),
        ("ioctl", (0, 0x1_0000_5412), error(errno.EPERM)),  # the kernel reads 32 bits of it, and so must the filter
        ("ioctl", (0, 0x541C), error(errno.EPERM)),
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (1, 7), error(errno.EPERM)),
        ("personality", (0xFFFFFFFF,), ALLOW),
        ("personality", (0x0040000,), error(errno.EPERM)),
    ],
)
@pytest.mark.parametrize(("machine", "arch"), [("x86_64", X86_64), ("aarch64", AARCH64)])
def test_filter_decides_by_call_and_arguments(machine, arch, name, arguments, decision):
    numbers = {"openat2": 437, **seccomp.MACHINES[machine].numbers}

    assert decide(machine, arch, numbers[name], *arguments) == decision


@pytest.mark.parametrize(
    ("arch", "number"),
    [(I386, 20), (AARCH64, 63), (X86_64, 0x40000000), (X86_64, 0x40000000 | 59), (X86_64, 2**32 - 1)],
)
def test_calls_for_another_architecture_kill(arch, number):
    assert decide("x86_64", arch, number) == KILL


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_program_fits_the_kernel(machine):
    assert len(seccomp.program(machine)) // 8 <= BPF_MAXINSNS


@pytest.mark.skipif(platform.machine() not in seccomp.MACHINES, reason="this machine has no filter")
def test_without_a_name_the_filter_is_for_this_machine():
    assert seccomp.program() == seccomp.program(platform.machine())


def test_unknown_machine_is_refused():
    with pytest.raises(SandboxUnavailable, match="riscv64"):
        seccomp.program("riscv64")


def test_every_listed_call_has_a_number_and_one_decision():
    known = syscalls.X86_64.keys() | syscalls.AARCH64.keys()

    assert (syscalls.ALLOWED | syscalls.REFUSED) - known == set()
    assert syscalls.ALLOWED.isdisjoint(syscalls.REFUSED)
