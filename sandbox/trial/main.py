"""The trial program of sandbox.verification: tries what must not work and answers with what it saw.

It runs where a learner's program runs and by the same path. GET / looks around and tries everything that is cheap;
GET /child, /tree and /sockets use more memory than the job may, in one process, in several or in the kernel, and should
never answer.
asked.json says what to look for: names and numbers of the host that no other job is told.
"""

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import stat
import time
from collections.abc import Callable
from typing import Any

ALLOWED_FOLDERS = ("/work", "/tmp", "/dev/shm")  # noqa: S108 the jail's own
CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET = 0x10000000, 0x00020000, 0x40000000
PTRACE_ATTACH = 16
SIGCHLD = 17
NETLINK_ROUTE, IPPROTO_ICMP = 0, 1
TREE = 4  # processes that share the work of using too much
MIB = 1024 * 1024

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(action: Callable[[], object]) -> str:
    """ "done" if *action* worked, else the name of the error that stopped it."""
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    return "done"


def call(number: int | None, *arguments: Any) -> str:
    """Make a system call by its number: "done", or the name of its error ("absent" where this machine has none)."""
    if number is None:
        return "absent"
    if libc.syscall(ctypes.c_long(number), *arguments) >= 0:
        return "done"
    return errno.errorcode.get(ctypes.get_errno(), str(ctypes.get_errno()))


def opens(path: str, flags: int = os.O_RDONLY) -> str:
    return attempt(lambda: os.close(os.open(path, flags)))


def writes(folder: str) -> str:
    return attempt(lambda: os.close(os.open(f"{folder}/.fieldguide-trial", os.O_WRONLY | os.O_CREAT, 0o600)))


def connects(family: int, address: Any) -> str:
    def connect() -> None:
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            client.connect(address)

    return attempt(connect)


def makes_socket(family: int, kind: int, protocol: int) -> str:
    return attempt(lambda: socket.socket(family, kind, protocol).close())


def binds(port: int) -> str:
    return attempt(lambda: socket.create_server(("127.0.0.1", port)).close())


def executes(program: str) -> str:
    """Whether a child could become *program*."""

    def spawn() -> None:
        pid = os.posix_spawn(program, [program, "-c", "exit 0"], {})
        os.waitpid(pid, 0)

    return attempt(spawn)


def raises_limits() -> str:
    """Whether one of the limits can be raised again."""
    for name in ("RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE"):
        try:
            resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (OSError, ValueError):
            continue
        return "done"
    return "EPERM"


def clones(number: int | None) -> str:
    """Whether a child with a user namespace of its own can be made by clone itself."""
    if number is None:
        return "absent"
    pid = libc.syscall(ctypes.c_long(number), CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid < 0:
        return errno.errorcode.get(ctypes.get_errno(), "error")
    os.waitpid(pid, 0)
    return "done"


def forks(most: int) -> int:
    """How many children can live at once; *most* if nothing stops them before."""
    children: list[int] = []
    read, write = os.pipe()
    try:
        while len(children) < most:
            pid = os.fork()
            if pid == 0:
                os.close(write)
                os.read(read, 1)  # until the parent closes its end
                os._exit(0)
            children.append(pid)
    except OSError:
        pass
    os.close(read)
    os.close(write)
    for pid in children:
        os.waitpid(pid, 0)
    return len(children)


def strange_descriptors() -> list[str]:
    """Open folders and files, which nobody of ours leaves open for a learner's program."""
    found = []
    for descriptor in range(256):
        try:
            kind = os.fstat(descriptor).st_mode
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if stat.S_ISDIR(kind) or (stat.S_ISREG(kind) and not target.startswith("/work/")):
            found.append(target)
    return found


def status_of_self() -> dict[str, str]:
    with open("/proc/self/status") as file:
        lines = dict(line.rstrip("\n").partition(":")[::2] for line in file)
    return {name: value.strip() for name, value in lines.items()}


def mounts() -> list[list[str]]:
    """[path, options] of each mount, in the order in which they were made."""
    with open("/proc/self/mountinfo") as file:
        return [line.split()[4:6] for line in file]


def loose_mounts() -> list[str]:
    """Mounts that are more than they should be: writable besides our three folders, or with setuid programs."""
    found = []
    for path, options in mounts():
        given = set(options.split(","))
        if "nosuid" not in given:
            found.append(f"{path} is not nosuid")
        if os.path.isdir(path) and "ro" not in given and path not in (*ALLOWED_FOLDERS, "/proc"):
            found.append(f"{path} is not read-only")
    return found


def writable_folders() -> list[str]:
    """Folders besides our three in which a file can be made."""
    tried = {"/", "/dev", "/etc", "/opt", "/proc", "/usr", "/usr/bin", "/run", *(path for path, _ in mounts())}
    return sorted(p for p in tried - set(ALLOWED_FOLDERS) if os.path.isdir(p) and writes(p) == "done")


def namespaces() -> dict[str, str]:
    return {name: os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")}


def interfaces() -> list[str]:
    with open("/proc/self/net/dev") as file:
        return [line.partition(":")[0].strip() for line in file if ":" in line]


def accounts() -> str:
    with open("/etc/passwd", errors="replace") as file:
        return file.read(4096)  # as much as is compared


def first_that_opens(paths: list[str]) -> str:
    return next((path for path in paths if opens(path) == "done"), "")


def limits() -> dict[str, int]:
    names = ("CPU", "DATA", "AS", "NPROC", "NOFILE", "FSIZE", "CORE", "MSGQUEUE", "MEMLOCK")
    return {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}", 12))[1] for name in names}


def attempts(asked: dict[str, Any]) -> dict[str, str]:
    """What was tried, and "done" where it worked."""
    numbers: dict[str, int] = asked["calls"]
    number = numbers.get
    buffer = ctypes.create_string_buffer(4096)  # more than any of these calls fills
    # Inside, pid 1 is the harness's and must be closed to us.
    pid_1 = os.pidfd_open(1)
    try:
        return {
            "host_loopback": connects(socket.AF_INET, ("127.0.0.1", asked["port"])),
            "host_unix_socket": connects(socket.AF_UNIX, f"\0{asked['abstract']}"),
            "outside_address": connects(socket.AF_INET, ("192.0.2.1", 80)),
            "raw_socket": makes_socket(socket.AF_INET, socket.SOCK_RAW, IPPROTO_ICMP),
            "packet_socket": makes_socket(socket.AF_PACKET, socket.SOCK_RAW, 0),
            "netlink_socket": makes_socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE),
            "another_port": binds(asked["other_port"]),
            "core_pattern": opens("/proc/sys/kernel/core_pattern", os.O_WRONLY),
            "sysrq_trigger": opens("/proc/sysrq-trigger", os.O_WRONLY),
            "memory_of_pid_1": opens("/proc/1/mem"),
            "environment_of_pid_1": opens("/proc/1/environ"),
            "list_root": attempt(lambda: os.listdir("/")),
            "read_program": opens("/usr/bin/env"),
            "exec_shell": executes("/bin/sh"),
            "raised_limits": raises_limits(),
            "setuid": attempt(lambda: os.setuid(0)),
            "device_node": attempt(lambda: os.mknod(".device", stat.S_IFBLK | 0o600, os.makedev(254, 0))),
            "unshare_user": call(number("unshare"), CLONE_NEWUSER),
            "unshare_mount": call(number("unshare"), CLONE_NEWNS),
            "clone_user": clones(number("clone")),
            "mount": call(number("mount"), b"none", b".", b"tmpfs", 0, None),
            "chroot": call(number("chroot"), b"."),
            "sethostname": call(number("sethostname"), b"trial", 5),
            "ptrace": call(number("ptrace"), PTRACE_ATTACH, 1, 0, 0),
            "pidfd_getfd": call(number("pidfd_getfd"), pid_1, 0, 0),
            "process_vm_readv": call(number("process_vm_readv"), 1, buffer, 1, buffer, 1, 0),
            "keyctl": call(number("keyctl"), 0, -3, 0, 0, 0),  # KEYCTL_GET_KEYRING_ID of the session's
            "add_key": call(number("add_key"), b"user", b"trial", b"x", 1, -2),
            "bpf": call(number("bpf"), 0, buffer, 0),
            "perf_event_open": call(number("perf_event_open"), buffer, 0, -1, -1, 0),
            "userfaultfd": call(number("userfaultfd"), 1),
            "io_uring": call(number("io_uring_setup"), 1, buffer),
            "memfd": call(number("memfd_create"), b"trial", 0),
            "shared_memory_segment": call(number("shmget"), 0, 4096, 0o1600),
            "message_queue": call(number("mq_open"), b"trial", os.O_RDWR | os.O_CREAT, 0o600, None),
        }
    finally:
        os.close(pid_1)


def look_around(asked: dict[str, Any]) -> dict[str, Any]:
    pids = sorted(int(name) for name in os.listdir("/proc") if name.isdecimal())
    return {
        "status": status_of_self(),
        "namespaces": namespaces(),
        "interfaces": interfaces(),
        "strange_pids": [pid for pid in pids if pid not in (1, os.getpid())],
        "accounts": accounts(),
        "readable": first_that_opens(asked["secrets"]),
        "variables": [name for name in asked["variables"] if name in os.environ],
        "loose_mounts": loose_mounts(),
        "writable": writable_folders(),
        "descriptors": strange_descriptors(),
        "limits": limits(),
        "forks": forks(asked["most_forks"]),
        "attempts": attempts(asked),  # last, because what works may hide the rest
    }


def use_memory(size: int) -> None:
    """Touch *size* bytes that no limit of one process counts (shared pages are not its data), and keep them."""
    memory = mmap.mmap(-1, size)
    for offset in range(0, size, mmap.PAGESIZE):
        memory[offset] = 1
    time.sleep(2)


def use_memory_in_children(size: int, children: int) -> None:
    pids = []
    for _ in range(children):
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            use_memory(size // children)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)


def fill_sockets() -> int:
    """Queue all that Unix sockets take: kernel memory, which belongs to no process. How many bytes that was."""
    pairs = []
    filled = 0
    part = b"x" * (32 * 1024)
    try:
        while True:
            pair = socket.socketpair()
            pairs.append(pair)
            for end in pair:
                end.setblocking(False)
                try:
                    while True:
                        filled += end.send(part)
                except BlockingIOError:
                    continue
    except OSError:
        pass  # no more descriptors
    time.sleep(1)
    return filled


def answer_to(path: str) -> Any:
    with open("asked.json") as file:
        asked = json.load(file)
    if path == "/child":
        use_memory_in_children(asked["too_many_bytes"], 1)
    elif path == "/tree":
        use_memory_in_children(asked["too_many_bytes"], TREE)
    elif path == "/sockets":
        return fill_sockets()
    else:
        # Without a sandbox, root would do to its machine what is tried here.
        return {"status": status_of_self()} if 0 in os.getresuid() else look_around(asked)
    return "nothing stopped it"


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    body = json.dumps(answer_to(environ["PATH_INFO"])).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]
