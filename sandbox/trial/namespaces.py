"""Makes, one after the other, the namespaces and mounts that the sandbox needs, and prints how far that went.

A program of its own (`python -I -S namespaces.py UID`), run by sandbox.doctor where a trial job cannot start, to tell
why. As root it becomes UID first. Prints a JSON object: for each step "" or what the kernel said; it ends at the first
step without which the others cannot be.
"""

import ctypes
import json
import os
import sys
from collections.abc import Callable
from functools import partial

CLONE = {
    "mount namespace": 0x00020000,
    "cgroup namespace": 0x02000000,
    "uts namespace": 0x04000000,
    "ipc namespace": 0x08000000,
    "network namespace": 0x40000000,
}
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 16384, 1 << 18
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def unshare(flag: int) -> None:
    check(libc.unshare(flag))


def become(uid: int) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        check(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def make_user_namespace() -> None:
    uid, gid = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER)
    for path, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{path}", "w") as file:
            file.write(text)


def make_processes() -> None:
    """A process namespace: we become its pid 1 by forking; the parent passes our exit code on."""
    unshare(CLONE_NEWPID)
    child = os.fork()
    if child:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def mount(kind: str | None, target: str, flags: int, options: str = "") -> None:
    kind_bytes = kind.encode() if kind else None
    check(libc.mount(b"none", target.encode(), kind_bytes, ctypes.c_ulong(flags), options.encode()))


def steps(uid: int) -> dict[str, str]:
    said: dict[str, str] = {}

    def works(name: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except OSError as error:
            said[name] = os.strerror(error.errno or 0)
        else:
            said[name] = ""
        return not said[name]

    if not works("unprivileged user", lambda: become(uid)) or not works("user namespace", make_user_namespace):
        return said
    for name, flag in CLONE.items():
        works(name, partial(unshare, flag))
    if works("pid namespace", make_processes) and not said["mount namespace"]:
        bounded = MS_NOSUID | MS_NODEV | MS_NOEXEC
        works("private mounts", lambda: mount(None, "/", MS_REC | MS_PRIVATE))
        works("tmpfs", lambda: mount("tmpfs", "/tmp", bounded, "size=64k"))  # noqa: S108 nobody else sees it
        works("fresh /proc", lambda: mount("proc", "/proc", bounded))
    return said


if __name__ == "__main__":
    print(json.dumps(steps(int(sys.argv[1]))), flush=True)
