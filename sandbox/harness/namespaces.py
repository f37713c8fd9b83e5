"""The namespaces of one job, made from inside the jail of its zygote: user, pid, mount, network, ipc, uts and cgroup.

boot.py calls fork(), init.py the rest. All of it needs the capabilities that a process has in a user namespace of its
own making, and none of it runs after harness/capabilities.py has dropped them.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
OWN = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_REC, MS_PRIVATE = 16384, 1 << 18
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
SYS_MOUNT_SETATTR = 442  # the same number on every architecture
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 1, 2
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

# Least, default and most bytes of a TCP socket's buffers: kernel memory that no limit counts without a cgroup.
TCP_BUFFERS = "4096 65536 131072"

INOTIFY_INSTANCES = 16  # reloaders need one; the kernel has 128 for a uid
INOTIFY_WATCHES = 4096

MIB = 1024 * 1024
TMP_BYTES = 4 * MIB
SHM_BYTES = 1 * MIB  # multiprocessing's locks and queues live there
BYTES_PER_INODE = 4096  # a tmpfs of 16 MiB may hold 4096 files

SYS_CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]  # seccomp.py knows no other machines either
UID, GID = os.getuid(), os.getgid()  # a process without a mapping cannot ask

libc = ctypes.CDLL(None, use_errno=True)
with_gil = ctypes.PyDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def fork() -> int:
    """Like os.fork(), but the child is pid 1 of namespaces of its own. It must call settle() before anything else.

    One call for what would else be a fork, unshare() and another fork: a tenth more jobs a second. Handlers of
    pthread_atfork() do not run, so no other thread may be at work: those of a zygote's libraries sleep. Raises OSError.
    """
    ctypes.pythonapi.PyOS_BeforeFork()
    pid: int = with_gil.syscall(SYS_CLONE, ctypes.c_ulong(OWN | signal.SIGCHLD), None, None, None, None)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(number, f"making the namespaces of a job: {os.strerror(number)}")
    return pid


def settle() -> None:
    """In the child of fork(): the same user and group as outside, and the limits that belong to these namespaces."""
    for path, text in (("setgroups", "deny"), ("uid_map", f"{UID} {UID} 1"), ("gid_map", f"{GID} {GID} 1")):
        write(f"/proc/self/{path}", text)
    write("/proc/self/oom_score_adj", "1000")  # where the host runs out of memory, the learner's program goes first
    for name in ("tcp_wmem", "tcp_rmem"):
        write(f"/proc/sys/net/ipv4/{name}", TCP_BUFFERS)
    # The kernel counts these for the uid outside as well, which all jobs share: one must not use up what is for all.
    write("/proc/sys/user/max_inotify_instances", str(INOTIFY_INSTANCES))
    write("/proc/sys/user/max_inotify_watches", str(INOTIFY_WATCHES))
    write("/proc/sys/user/max_user_namespaces", "0")  # none inside this one
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        (flags,) = struct.unpack_from("16xH", fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0)))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def close_tree() -> None:
    """As pid 1: make all that is inherited read-only, and show the processes of this namespace only.

    Mount namespaces share the superblocks of their tmpfs: whatever stayed writable would be a drop box between jobs.
    """
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    attributes = struct.pack("=QQQQ", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0)
    result = libc.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, b"/", AT_RECURSIVE, attributes, ctypes.c_size_t(len(attributes)))
    check(result, "making the tree read-only")
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid,hidepid=invisible")


def mount_folders(work_bytes: int) -> None:
    """The three writable places, which live and die with this mount namespace. The order is that of init.MEASURED."""
    mount_tmpfs("/work", work_bytes, 0o700)
    mount_tmpfs("/tmp", TMP_BYTES, 0o1777)  # noqa: S108 the jail's own
    mount_tmpfs("/dev/shm", SHM_BYTES, 0o1777)  # noqa: S108 the jail's own
    os.chdir("/work")


def mount_tmpfs(folder: str, size: int, mode: int) -> None:
    inodes = max(256, size // BYTES_PER_INODE)
    options = f"size={size},nr_inodes={inodes},mode={mode:o},uid={os.getuid()},gid={os.getgid()}"
    mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def join(descriptors: list[int]) -> None:
    """Join the cgroups of the job by files that the judge opened for us, and hide where they are."""
    for descriptor in descriptors:
        os.write(descriptor, b"0")  # the writer
        os.close(descriptor)
    check(libc.unshare(CLONE_NEWCGROUP), "making a cgroup namespace")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = None if kind is None else kind.encode()
    result = libc.mount(source.encode(), target.encode(), encoded, ctypes.c_ulong(flags), options.encode())
    check(result, f"mounting {target}")
