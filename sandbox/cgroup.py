"""Control groups: the kernel's own limit for the memory and the processes of one job, and its exact account of them.

Both versions are known. Version 1 needs root; a group is made below the caller's own, so limits above it go on holding.
Version 2 needs a cgroup that was delegated to us (systemd's ``Delegate=yes``; the root of a container), or root, who
makes a place of its own at the top. In a delegated cgroup all processes are moved to a leaf first: the kernel lets a
cgroup have either processes or children with limits.

A process joins by writing to a descriptor that the maker of the group opened and handed in, because the kernel checks
who opened it: the process itself may have another uid and sit in namespaces that show no cgroup at all.
"""

import itertools
import os
import re
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath

from sandbox.job import KIB, MIB
from sandbox.resources import Sample

SUPERVISOR = "supervisor"  # the leaf for our own processes
TOP = "fieldguide"  # root's place at the top of version 2
REMOVE_SECONDS = 0.1
MOVE_TRIES = 20

_NAME = re.compile(r"fieldguide-(?P<namespace>\d+)-(?P<pid>\d+)-(?P<started>\d+)-\d+")
_numbers = itertools.count()


class Unavailable(Exception):
    """No cgroup can be had here; says why, and what to do about it."""


def hierarchy() -> "Hierarchy":
    """What this process makes groups in. Found once: with a group that is made, limited, joined and removed.

    On version 2 that may move the processes of our own cgroup to a leaf of it, if it was delegated to us.

    Raises Unavailable.
    """
    found = _found()
    if isinstance(found, Unavailable):
        raise found
    return found


@cache
def _found() -> "Hierarchy | Unavailable":
    try:
        found = find(Path("/proc/self"))
        found.try_out()
    except Unavailable as reason:
        return reason
    except OSError as error:
        return Unavailable(f"{error.strerror}: {error.filename or 'joining a group'}; {_advice()}")
    return found


def _advice() -> str:
    if os.geteuid() == 0:
        return "the cgroup file system must be writable (a container: --privileged, or run the worker outside)"
    return "run the worker as root or as a systemd service with Delegate=yes"


def find(process: Path) -> "Hierarchy":
    """The hierarchy for *process*, a folder of /proc. Nothing is tried yet, but version 2 is prepared.

    Raises Unavailable and OSError.
    """
    mounts = list(_mounts((process / "mountinfo").read_text()))
    own = groups_of((process / "cgroup").read_text())
    if "memory" in own:
        return _V1.of(mounts, own)
    if "" in own:
        return _V2.of(mounts, own[""])
    raise Unavailable("this kernel has no memory cgroup")


class _Mount:
    """A mounted cgroup file system."""

    def __init__(self, root: str, point: str, kind: str, options: str) -> None:
        self.root, self.point, self.kind = PurePosixPath(_unescaped(root)), Path(_unescaped(point)), kind
        self.controllers = frozenset(options.split(","))

    def folder(self, group: str) -> Path:
        """Where *group* of /proc/self/cgroup is seen. Raises Unavailable if it lies outside."""
        try:
            relative = PurePosixPath(group).relative_to(self.root)
        except ValueError:
            relative = PurePosixPath("..")
        if ".." in relative.parts:
            raise Unavailable(f"our own cgroup, {group}, is not to be seen in {self.point}")
        return self.point / relative


def _mounts(mountinfo: str) -> Iterator[_Mount]:
    for line in mountinfo.splitlines():
        mount, _, file_system = line.partition(" - ")
        _, _, _, root, point, *_ = mount.split()
        kind, _, options = file_system.split(maxsplit=2)
        if kind in ("cgroup", "cgroup2"):
            yield _Mount(root, point, kind, options)


def _unescaped(path: str) -> str:
    return re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), path)


def groups_of(text: str) -> dict[str, str]:
    """A process's group of each controller, from /proc/…/cgroup; version 2's has the empty name."""
    groups = {}
    for line in text.splitlines():
        _, controllers, group = line.split(":", 2)
        groups.update(dict.fromkeys(controllers.split(","), group))
    return groups


class Hierarchy(ABC):
    """Makes groups, each with a memory and a process limit of its own."""

    version: int

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders  # by controller: where groups are made; version 2 has one for all
        self._left: set[str] = set()  # groups that could not be removed yet

    @abstractmethod
    def describe(self) -> str:
        """One line for a person: the version and the place."""

    @abstractmethod
    def _group(self, name: str, folders: Mapping[str, Path], memory_bytes: int, processes: int) -> "Group":
        """Set the limits of the new *folders*."""

    def make(self, memory_bytes: int, processes: int) -> "Group":
        """A new, empty group. Threads count as processes. Removes what could not be removed before.

        Raises OSError if the kernel refuses.
        """
        for left in tuple(self._left):
            self._remove(left, 0)
        name = _name()
        folders = {controller: folder / name for controller, folder in self._folders.items()}
        try:
            for folder in _distinct(folders.values()):
                folder.mkdir()
            return self._group(name, folders, memory_bytes, processes)
        except BaseException:
            self._remove(name, 0)
            raise

    def own(self) -> set[str]:
        """The names of the groups that this process has made and that are there."""
        prefix = _name().rpartition("-")[0] + "-"
        return {name for folder in self._folders.values() for name in os.listdir(folder) if name.startswith(prefix)}

    def sweep(self) -> int:
        """Remove the groups whose makers are gone, with what is in them; how many."""
        names = {name for folder in self._folders.values() for name in os.listdir(folder)}
        abandoned = self._left | {name for name in names if _is_abandoned(name)}
        return sum(self._remove(name, REMOVE_SECONDS) for name in abandoned)

    def try_out(self) -> None:
        """Make a group, have a process join it, measure it, remove it. Raises OSError and Unavailable."""
        with self.make(64 * MIB, 8) as group:
            for descriptor in group.joins:
                joined = subprocess.run(["echo", "0"], stdout=descriptor, stderr=subprocess.PIPE, check=False)
                if joined.returncode:
                    reason = joined.stderr.decode(errors="replace").strip()
                    raise Unavailable(f"a process may not be moved into a group ({reason}); {_advice()}")
            group.sample()

    def _remove(self, name: str, seconds: float) -> bool:
        """Kill what is in the group and remove it; whether it is gone."""
        self._left.discard(name)
        deadline = time.monotonic() + seconds
        folders = _distinct(folder / name for folder in self._folders.values())
        while True:
            left = [folder for folder in folders if not _removed(folder)]
            if not left or time.monotonic() > deadline:
                break
            for folder in left:
                _kill_all(folder)
            time.sleep(0.001)
        if left:
            self._left.add(name)
        return not left


class Group(ABC):
    """The limits of one job. Close it when nothing of the job is needed any more: what is left in it is killed.

    joins: descriptors; a process that writes b"0" to each has joined, with all of its threads or, on version 1, with
    the one thread that writes. What it forks from then on is in the group too, and memory that it has touched before
    is not charged.
    """

    def __init__(self, hierarchy: Hierarchy, name: str, joins: Iterable[Path], counters: Iterable[Path]) -> None:
        self._hierarchy: Hierarchy | None = hierarchy
        self._name = name
        self._counters: list[int] = []
        opened: list[int] = []
        try:
            for path in joins:
                opened.append(os.open(path, os.O_RDWR | os.O_CLOEXEC))
            for path in counters:
                self._counters.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except BaseException:
            for descriptor in (*opened, *self._counters):
                os.close(descriptor)
            raise
        self.joins = tuple(opened)

    def is_joined(self) -> bool:
        """Whether something is in every one of the job's groups."""
        return all(os.pread(descriptor, 1, 0) for descriptor in self.joins)

    @abstractmethod
    def sample(self) -> Sample:
        """CPU so far; memory now, without cached file pages; whether the kernel had to kill for memory."""

    def close(self) -> None:
        """Give everything back. What cannot be removed within 100 ms is left to the next make()."""
        if self._hierarchy is None:
            return
        for descriptor in (*self.joins, *self._counters):
            os.close(descriptor)
        self._hierarchy._remove(self._name, REMOVE_SECONDS)
        self._hierarchy = None

    def __enter__(self) -> "Group":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _read(self) -> list[bytes]:
        # The kernel writes a counter's text anew for a read at 0.
        return [os.pread(descriptor, 16 * KIB, 0) for descriptor in self._counters]


class _V1(Hierarchy):
    version = 1

    @classmethod
    def of(cls, mounts: Iterable[_Mount], own: Mapping[str, str]) -> "_V1":
        if os.geteuid() != 0:
            raise Unavailable("cgroup version 1 is for root only: run the worker as root, or boot with version 2")
        folders = {}
        for controller in ("memory", "pids", "cpuacct"):
            mount = next((m for m in mounts if m.kind == "cgroup" and controller in m.controllers), None)
            if mount is None or controller not in own:
                raise Unavailable(f"the cgroup controller {controller} (version 1) is not mounted")
            folders[controller] = mount.folder(own[controller])
        return cls(folders)

    def describe(self) -> str:
        return f"version 1, below {self._folders['memory']}"

    def _group(self, name: str, folders: Mapping[str, Path], memory_bytes: int, processes: int) -> "Group":
        memory, pids, cpu = folders["memory"], folders["pids"], folders["cpuacct"]
        _write(memory / "memory.limit_in_bytes", memory_bytes)
        _write(memory / "memory.kmem.tcp.limit_in_bytes", memory_bytes)  # not part of the limit above
        with suppress(FileNotFoundError):  # without swap accounting
            _write(memory / "memory.memsw.limit_in_bytes", memory_bytes)
        _write(memory / "memory.swappiness", 0)
        _write(pids / "pids.max", processes)
        counters = (
            memory / "memory.stat",
            memory / "memory.kmem.usage_in_bytes",
            memory / "memory.kmem.tcp.usage_in_bytes",
            memory / "memory.oom_control",
            cpu / "cpuacct.usage",
        )
        # "tasks", not "cgroup.procs": moving one thread takes 0.05 ms, a process, for which all forks of the machine
        # are held up, 10 ms and more.
        return _GroupV1(self, name, [folder / "tasks" for folder in _distinct(folders.values())], counters)


class _GroupV1(Group):
    def sample(self) -> Sample:
        stat, kernel, tcp, out_of_memory, cpu = self._read()
        sizes = _numbers_by_name(stat)
        processes = sizes[b"total_rss"] + sizes[b"total_shmem"] + sizes.get(b"total_swap", 0)
        return Sample(
            cpu_seconds=int(cpu) / 1e9,
            memory_bytes=processes + int(kernel) + int(tcp),
            is_out_of_memory=_numbers_by_name(out_of_memory).get(b"oom_kill", 0) > 0,
        )


class _V2(Hierarchy):
    version = 2

    @classmethod
    def of(cls, mounts: Iterable[_Mount], own: str) -> "_V2":
        mount = next((m for m in mounts if m.kind == "cgroup2"), None)
        if mount is None:
            raise Unavailable("no cgroup file system is mounted")
        return cls({"": _place(mount, own)})

    def describe(self) -> str:
        return f"version 2, below {self._folders['']}"

    def _group(self, name: str, folders: Mapping[str, Path], memory_bytes: int, processes: int) -> "Group":
        (folder,) = folders.values()
        _write(folder / "memory.max", memory_bytes)
        with suppress(FileNotFoundError):  # without swap accounting
            _write(folder / "memory.swap.max", 0)
        _write(folder / "memory.oom.group", 1)
        _write(folder / "pids.max", processes)
        counters = (folder / "memory.stat", folder / "memory.events", folder / "cpu.stat")
        return _GroupV2(self, name, [folder / "cgroup.procs"], counters)


class _GroupV2(Group):
    def sample(self) -> Sample:
        stat, events, cpu = (_numbers_by_name(text) for text in self._read())
        # "kernel" has been there since Linux 5.18.
        kernel = stat.get(b"kernel") or sum(stat.get(name, 0) for name in (b"kernel_stack", b"pagetables", b"slab"))
        return Sample(
            cpu_seconds=cpu[b"usage_usec"] / 1e6,
            memory_bytes=stat[b"anon"] + stat[b"shmem"] + stat[b"sock"] + kernel,
            is_out_of_memory=events.get(b"oom_kill", 0) > 0,
        )


def _place(mount: _Mount, own: str) -> Path:
    """A folder of version 2 whose children have the controllers that we need."""
    try:
        folder = mount.folder(own)
    except Unavailable:
        if os.geteuid() != 0:
            raise
        folder = mount.point
    if folder.name == SUPERVISOR and _is_delegated(folder.parent, mount):
        folder = folder.parent  # we, or systemd (DelegateSubgroup=), moved our processes before
    if _is_delegated(folder, mount):
        _enable(folder)
        return folder
    if os.geteuid() != 0:
        raise Unavailable(
            f"our cgroup, {folder}, is not delegated to us: run the worker as a systemd service with Delegate=yes "
            "(for a try: systemd-run --user --scope --property=Delegate=yes COMMAND)"
        )
    _enable(mount.point)
    place = mount.point / TOP
    place.mkdir(exist_ok=True)
    _enable(place)
    return place


def _is_delegated(folder: Path, mount: _Mount) -> bool:
    """Whether whoever manages the cgroups of this machine leaves what is below *folder* to us."""
    if not (folder / "cgroup.type").exists():
        return False  # the machine's own root
    for name in ("user.delegate", "trusted.delegate"):  # what systemd writes on it
        with suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return os.access(folder / "cgroup.subtree_control", os.W_OK)
    if folder == mount.point:  # the root of a container
        return os.access(folder / "cgroup.subtree_control", os.W_OK)
    # Given away by another user: what a systemd before 251 did for User= and Delegate=.
    uid = os.geteuid()
    return folder.stat().st_uid == uid != 0 and folder.parent.stat().st_uid != uid


def _enable(folder: Path) -> None:
    """Give the children of *folder* the memory and pids controllers; its processes go to a leaf if they must."""
    present = (folder / "cgroup.controllers").read_text().split()
    missing = {"memory", "pids"}.difference(present)
    if missing:
        raise Unavailable(
            f"{folder} has no {' and no '.join(sorted(missing))} controller: a systemd service needs Delegate=yes, "
            "some machines cgroup_enable=memory on the kernel's command line"
        )
    control = folder / "cgroup.subtree_control"
    for _ in range(MOVE_TRIES):  # another process of ours may be doing the same, or have forked
        if {"memory", "pids"}.issubset(control.read_text().split()):
            return
        try:
            _write(control, "+memory +pids")
        except OSError as error:
            if not (folder / "cgroup.type").exists():
                raise
            _move_processes(folder, error)
    raise Unavailable(f"the processes of {folder} could not be moved to a cgroup below it")


def _move_processes(folder: Path, reason: OSError) -> None:
    leaf = folder / SUPERVISOR
    pids = (folder / "cgroup.procs").read_text().split()
    if not pids:
        raise reason
    leaf.mkdir(exist_ok=True)
    for pid in pids:
        with suppress(ProcessLookupError):
            _write(leaf / "cgroup.procs", pid)


def _name() -> str:
    """A name that tells for ever who made it."""
    namespace = os.stat("/proc/self/ns/pid").st_ino
    return f"fieldguide-{namespace}-{os.getpid()}-{_started(os.getpid())}-{next(_numbers)}"


def _is_abandoned(name: str) -> bool:
    """Whether the maker of this group is gone. Those of another pid namespace are not ours to tell."""
    maker = _NAME.fullmatch(name)
    if maker is None or int(maker["namespace"]) != os.stat("/proc/self/ns/pid").st_ino:
        return False
    return _started(int(maker["pid"])) != maker["started"]


def _started(pid: int) -> str:
    """When the process started, in ticks since the machine did; nothing if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat[stat.rindex(")") + 2 :].split()[19]


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:  # busy, or no longer writable
        return False
    return True


def _kill_all(folder: Path) -> None:
    with suppress(OSError):
        _write(folder / "pids.max", 0)  # nothing forks faster than this loop
    try:
        _write(folder / "cgroup.kill", 1)
    except OSError:  # version 1, or Linux before 5.14
        with suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text().split():
                with suppress(OSError):
                    os.kill(int(pid), signal.SIGKILL)


def _distinct(folders: Iterable[Path]) -> list[Path]:
    return list(dict.fromkeys(folders))


def _numbers_by_name(text: bytes) -> dict[bytes, int]:
    """Lines like "anon 4096"."""
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=False))


def _write(path: Path, value: int | str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, str(value).encode())
    finally:
        os.close(descriptor)
