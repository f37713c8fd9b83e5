"""The filter as a program, by simulation for both machines; then loaded into the kernel of this one."""

import errno
import functools
import platform
import socket
import struct

import pytest

from sandbox import SandboxUnavailable, seccomp, syscalls
from sandbox.tests.layers import run

ALLOW, KILL = 0x7FFF0000, 0x80000000
X86_64, I386, AARCH64 = 0xC000003E, 0x40000003, 0xC00000B7
BPF_MAXINSNS = 4096


def error(number):
    return 0x00050000 | number


@functools.cache
def instructions(machine):
    return list(struct.iter_unpack("=HBBI", seccomp.program(machine)))


def decide(machine, arch, number, *arguments):
    """Run the filter as the kernel would; the value it returns."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    program = instructions(machine)
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
        ("setsockopt", (3, socket.IPPROTO_TCP, 7), ALLOW),  # the number of a buffer option at another level
        ("setsockopt", (3, socket.IPPROTO_TCP, 1), ALLOW),
        ("setsockopt", (3, socket.IPPROTO_TCP, 67), error(errno.ENOPROTOOPT)),
        ("setsockopt", (3, socket.IPPROTO_TCP, 31), error(errno.ENOPROTOOPT)),  # TCP_ULP
        ("setsockopt", (3, socket.IPPROTO_IPV6, 26), ALLOW),  # IPV6_V6ONLY
        ("setsockopt", (3, socket.IPPROTO_IPV6, 67), ALLOW),
        ("setsockopt", (3, socket.IPPROTO_IP, 64), error(errno.ENOPROTOOPT)),  # IPT_SO_SET_REPLACE
        ("setsockopt", (3, socket.SOL_SOCKET, 26), error(errno.ENOPROTOOPT)),  # SO_ATTACH_FILTER
        ("setsockopt", (3, socket.SOL_SOCKET, 52), error(errno.ENOPROTOOPT)),  # SO_ATTACH_REUSEPORT_EBPF
        ("setsockopt", (3, 17, 100), error(errno.ENOPROTOOPT)),  # UDP_ENCAP
        ("setsockopt", (3, 282, 1), error(errno.ENOPROTOOPT)),  # SOL_TLS
        ("sendto", (3, 0, 0, socket.MSG_DONTWAIT), ALLOW),
        ("sendto", (3, 0, 0, socket.MSG_DONTWAIT | socket.MSG_OOB), error(errno.EOPNOTSUPP)),
        ("sendmsg", (3, 0, socket.MSG_OOB), error(errno.EOPNOTSUPP)),
        ("sendmsg", (3, 0, socket.MSG_NOSIGNAL), ALLOW),
        ("sendmmsg", (3, 0, 1, socket.MSG_OOB), error(errno.EOPNOTSUPP)),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5451), ALLOW),
        ("ioctl", (0, 0x8933), ALLOW),
        ("ioctl", (0, 0x540E), error(errno.ENOTTY)),  # TIOCSCTTY
        ("ioctl", (0, 0x40049409), error(errno.ENOTTY)),  # FICLONE
        ("ioctl", (0, 0x5412), error(errno.EPERM)),
        ("ioctl", (0, 0x1_0000_5412), error(errno.EPERM)),  # the kernel reads 32 bits of it, and so must the filter
        ("ioctl", (0, 0x541C), error(errno.EPERM)),
        ("fcntl", (0, 0), ALLOW),
        ("fcntl", (0, 1030), ALLOW),
        ("fcntl", (0, 1031), error(errno.EPERM)),
        ("fcntl", (0, 1024), error(errno.EINVAL)),  # F_SETLEASE
        ("fcntl", (0, 8), error(errno.EINVAL)),  # F_SETOWN
        ("prctl", (4, 1), ALLOW),
        ("prctl", (1, 9), ALLOW),
        ("prctl", (52,), ALLOW),
        ("prctl", (22, 2), error(errno.EINVAL)),  # PR_SET_SECCOMP
        ("prctl", (35,), error(errno.EINVAL)),  # PR_SET_MM
        ("prctl", (0x1_0000_0016, 2), error(errno.EINVAL)),
        ("madvise", (0, 0, 4), ALLOW),
        ("madvise", (0, 0, 12), error(errno.EINVAL)),
        ("madvise", (0, 0, 100), error(errno.EINVAL)),
        ("madvise", (0, 0, 101), error(errno.EINVAL)),
        ("mknodat", (0, 0, 0o100644), ALLOW),
        ("mknodat", (0, 0, 0o010644), ALLOW),
        ("mknodat", (0, 0, 0o020644), error(errno.EPERM)),
        ("mknodat", (0, 0, 0o060644), error(errno.EPERM)),
        ("sched_setaffinity", (0,), ALLOW),
        ("sched_setaffinity", (1,), error(errno.EPERM)),
        ("setpriority", (0, 0, 5), ALLOW),
        ("setpriority", (0, 1, 5), error(errno.EPERM)),
        ("setpriority", (1, 0, 5), error(errno.EPERM)),  # the process group, which pid 1 may be in
        ("setpriority", (2, 0, 5), error(errno.EPERM)),  # the user, who is pid 1's
        ("splice", (), error(errno.EPERM)),
        ("sync", (), error(0)),
        ("fadvise64", (3, 0, 0, 4), error(0)),
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
    ("name", "arguments", "decision"),
    [
        ("arch_prctl", (0x1002, 0), ALLOW),
        ("arch_prctl", (0x1012, 0), error(errno.EINVAL)),  # ARCH_SET_CPUID
        ("mknod", (0, 0o010644), ALLOW),
        ("mknod", (0, 0o020644), error(errno.EPERM)),
    ],
)
def test_calls_of_one_machine_only_are_decided_there(name, arguments, decision):
    assert decide("x86_64", X86_64, syscalls.X86_64[name], *arguments) == decision
    assert name not in syscalls.AARCH64


@pytest.mark.parametrize(("machine", "arch"), [("x86_64", X86_64), ("aarch64", AARCH64)])
def test_every_number_is_decided_as_the_lists_say(machine, arch):
    """Of those that no argument decides."""
    names = {number: name for name, number in seccomp.MACHINES[machine].numbers.items()}
    expected, decided = {}, {}
    for number in [*range(600), 2**30 - 1]:
        name = names.get(number, "")
        if name not in seccomp._special_rules():
            default = error(errno.EPERM) if name in syscalls.REFUSED else error(errno.ENOSYS)
            expected[number] = ALLOW if name in syscalls.ALLOWED else default
            decided[number] = decide(machine, arch, number)

    assert decided == expected


def test_each_call_is_either_decided_by_its_arguments_or_listed():
    special = seccomp._special_rules().keys()

    assert special.isdisjoint(syscalls.ALLOWED | syscalls.REFUSED)
    assert special <= syscalls.X86_64.keys()


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_every_path_through_the_filter_ends_in_an_answer(machine):
    """Jumps are forward and stay inside, and the last instruction returns: what the kernel checks as well."""
    program = instructions(machine)

    assert program[-1][0] == 0x06
    for position, (code, if_true, if_false, _) in enumerate(program):
        if code != 0x06:
            assert position + 1 + max(if_true, if_false) < len(program)


@pytest.mark.parametrize(
    ("arch", "number"),
    [(I386, 20), (AARCH64, 63), (X86_64, 0x40000000), (X86_64, 0x40000000 | 59), (X86_64, 2**32 - 1)],
)
def test_calls_for_another_architecture_kill(arch, number):
    assert decide("x86_64", arch, number) == KILL


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_program_fits_the_kernel(machine):
    assert len(instructions(machine)) <= BPF_MAXINSNS


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


LOADED = """
from sandbox import seccomp
from sandbox.harness import seccomp_filter
before = seccomp_filter.missing()
seccomp_filter.load(seccomp.program())
"""
here = pytest.mark.skipif(platform.machine() not in seccomp.MACHINES, reason="this machine has no filter")


@here
def test_kernel_takes_the_filter_and_missing_sees_it():
    before, after, mode, no_new_privs, second = run(
        LOADED
        + """
with open("/proc/self/status") as file:
    status = dict(line.split(":\\t", 1) for line in file.read().splitlines() if ":\\t" in line)
second = outcome(seccomp_filter.load, seccomp.program())
result = before, seccomp_filter.missing(), status["Seccomp"], status["NoNewPrivs"], second
"""
    )

    assert before == "memory files can be made"
    assert after == ""
    assert (mode, no_new_privs) == ("2", "1")
    assert second == "EINVAL"


@here
@pytest.mark.parametrize("program", ["b''", "b'seven..'[:7]", "b'\\xff' * 8", "bytes(8)"])
def test_load_fails_on_what_is_no_filter(program):
    assert (
        run(f"from sandbox.harness import seccomp_filter; result = outcome(seccomp_filter.load, {program})") == "EINVAL"
    )


@here
def test_what_attacks_ask_for_is_refused_by_the_kernel():
    result = run(
        LOADED
        + """
import fcntl, signal, subprocess, sys
one, other = socket.socketpair()
read, write = os.pipe()
tcp = socket.socket()
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
result = {
    "urgent data": outcome(one.send, b"x", socket.MSG_OOB),
    "a filter on a socket": outcome(one.setsockopt, socket.SOL_SOCKET, 26, bytes(16)),
    "kernel TLS": outcome(tcp.setsockopt, socket.IPPROTO_TCP, 31, b"tls"),
    "a larger pipe": outcome(fcntl.fcntl, write, 1031, 1 << 20),
    "a lease": outcome(fcntl.fcntl, read, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "notification": outcome(fcntl.fcntl, read, fcntl.F_NOTIFY, fcntl.DN_CREATE),
    "processors of another": outcome(os.sched_setaffinity, child.pid, {0}),
    "priority of another": outcome(os.setpriority, os.PRIO_PROCESS, child.pid, 19),
    "priority of a group": outcome(os.setpriority, os.PRIO_PGRP, 0, 19),
    "priority of a user": outcome(os.setpriority, os.PRIO_USER, 0, 19),
    "a device": outcome(os.mknod, "/tmp/device", 0o20600, os.makedev(1, 3)),
    "splice": outcome(os.splice, read, write, 1),
    "a memory file": outcome(os.memfd_create, "x"),
    "raw packets": outcome(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1),
    "the routing table": outcome(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "a virtual machine's host": outcome(socket.socket, 40, socket.SOCK_STREAM),
}
child.communicate(b"x")
"""
    )

    assert result == {
        "urgent data": "ENOTSUP",  # the same number
        "a filter on a socket": "ENOPROTOOPT",
        "kernel TLS": "ENOPROTOOPT",
        "a larger pipe": "EPERM",
        "a lease": "EINVAL",
        "notification": "EINVAL",
        "processors of another": "EPERM",
        "priority of another": "EPERM",
        "priority of a group": "EPERM",
        "priority of a user": "EPERM",
        "a device": "EPERM",
        "splice": "EPERM",
        "a memory file": "EPERM",
        "raw packets": "ESOCKTNOSUPPORT",
        "the routing table": "EAFNOSUPPORT",
        "a virtual machine's host": "EAFNOSUPPORT",
    }


@here
def test_what_programs_ask_for_is_granted(tmp_path):
    result = run(
        LOADED
        + """
import fcntl, mmap, subprocess, threading
tcp = socket.create_server(("127.0.0.1", 0), reuse_port=True)
try:
    socket.create_server(("::1", 0), family=socket.AF_INET6).close()
except OSError as error:
    assert error.errno != errno.ENOPROTOOPT, error
for name in ("TCP_NODELAY", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_QUICKACK", "TCP_DEFER_ACCEPT"):
    tcp.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), 1)
for name in ("SO_KEEPALIVE", "SO_BROADCAST", "SO_OOBINLINE", "SO_RCVLOWAT", "SO_SNDBUF"):
    tcp.setsockopt(socket.SOL_SOCKET, getattr(socket, name), 1)
tcp.settimeout(1)
os.set_inheritable(tcp.fileno(), True)
os.set_inheritable(tcp.fileno(), False)
with open(folder + "/file", "w+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    fcntl.flock(file, fcntl.LOCK_EX)
    file.truncate(8192)
    mmap.mmap(file.fileno(), 8192).madvise(mmap.MADV_WILLNEED)
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
    os.fsync(file.fileno())
os.sync()
os.mkfifo(folder + "/fifo")
os.nice(1)
os.sched_setaffinity(0, os.sched_getaffinity(0))
thread = threading.Thread(target=os.getpid)
thread.start(), thread.join()
# A new process: the dynamic loader and the C library use the filtered calls as well.
done = subprocess.run([sys.executable, "-c", "import os, socket; print(os.isatty(0), socket.if_nametoindex('lo'))"],
                      stdin=subprocess.DEVNULL, capture_output=True, text=True)
result = done.stdout + done.stderr
""",
        tmp_path,
    )

    assert result == "False 1\n"
