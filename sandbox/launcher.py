"""The last step outside: give up everything that is not needed, then become bubblewrap.

A program of its own (`python -I -S launcher.py FD`), because what it does cannot be undone and must not happen in a
thread of the worker. FD holds the plan as JSON:

    uid         who to become when started as root; never 0
    parent      pid of the worker: die with it
    stage       folder to hide under a private tmpfs (as root), or ""
    binds       [[source, name below stage], …]: what bubblewrap has to reach there once the uid is dropped
    program     path of bwrap, arguments: its argv

Never start bubblewrap as root: from inside, a root-started one can write the host's sysctls. As root this makes a
private mount namespace, so that an interpreter below a closed home folder is reachable for SANDBOX_UID and for nobody
else, and drops to that uid for good. As an ordinary user both steps fall away.

Whatever goes wrong ends it with status 78 and one line on stderr, before anything of a learner was started.
"""

import ctypes
import json
import os
import resource
import sys
from contextlib import suppress

REFUSED = 78  # EX_CONFIG
MOST_DESCRIPTORS = 1_048_576

CLONE_NEWNS = 0x00020000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SIGKILL = 9

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """Isolation cannot be had; the message goes to the operator."""


def check(result: int, what: str) -> None:
    if result != 0:
        raise Refused(f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = None if kind is None else kind.encode()
    result = libc.mount(source.encode(), target.encode(), encoded, ctypes.c_ulong(flags), options.encode())
    check(result, f"mounting {target}")


def stage_files(stage: str, binds: list[list[str]]) -> None:
    """Show the sources, read-only, below *stage* in a mount namespace that nobody else sees."""
    check(
        libc.unshare(CLONE_NEWNS), "making a private mount namespace (root without CAP_SYS_ADMIN, as in a container?)"
    )
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    # Opened before the tmpfs, which may come to lie over one of them.
    opened = [(os.open(source, os.O_PATH), name) for source, name in binds]
    mount("fieldguide", stage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    for descriptor, name in opened:
        target = f"{stage}/{name}"
        source = f"/proc/self/fd/{descriptor}"
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        if os.path.isdir(source):
            os.mkdir(target, mode=0o755)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        mount(source, target, None, MS_BIND)
        mount("none", target, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
        os.close(descriptor)


def allow_descriptors() -> None:
    """Raise our own limit of open files: the jobs' come later.

    The kernel counts descriptors that are under way in Unix sockets for all processes of a uid, and compares with the
    limit of whoever sends. Learners' programs can have thousands under way, and ours must get theirs through.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with suppress(ValueError, OSError):  # for whoever may go further, as root usually may
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, MOST_DESCRIPTORS),) * 2)


def drop_root(uid: int) -> None:
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise Refused(f"becoming uid {uid} (root of a user namespace, as in a rootless container?): {error}") from error
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid) or os.getgroups():
        raise Refused(f"could not become uid {uid}")


def main() -> None:
    with open(int(sys.argv[1])) as file:
        plan = json.load(file)
    os.umask(0o022)
    allow_descriptors()
    if os.geteuid() == 0:
        stage_files(plan["stage"], plan["binds"])
        drop_root(plan["uid"])
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise Refused("root's privileges are still there")
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "setting no_new_privs")
    # After every change of credentials, which forgets it; then look whether the worker went in between.
    check(libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "tying our life to the worker's")
    if os.getppid() != plan["parent"]:
        raise Refused("the worker is gone")
    os.execve(plan["program"], plan["arguments"], {})  # noqa: S606 there is no shell to go through


if __name__ == "__main__":
    try:
        main()
    except (Refused, OSError, ValueError) as error:
        sys.stderr.write(f"the launcher refuses: {error}\n")
        sys.exit(REFUSED)
