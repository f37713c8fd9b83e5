"""How much the processes of a jail use, seen from outside through its own /proc and its tmpfs.

Nothing here believes a name that the inside chose: /proc is the kernel's, and of the folders only the fill level is
asked, never a path (a host that follows a path which a learner can write is how others were escaped).
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

KIB = 1024
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

INIT = "1"  # the harness's own process inside
INODE_BYTES = KIB  # what an empty file of a tmpfs costs the kernel, about
# Unix sockets queue up to net.core.wmem_default each way, which is kernel memory that no process is charged for.
SOCKET_BYTES = 208 * KIB
UNCHARGED_SOCKETS = 256  # more than a burst of 50 clients needs, less than a bomb


@dataclass(frozen=True, slots=True)
class Sample:
    cpu_seconds: float
    memory_bytes: int


@dataclass(slots=True)
class Meter:
    """Reads the usage of one jail. *proc* and *folders* are descriptors that the harness passed out."""

    proc: int
    folders: tuple[int, ...]
    _cpu_of: dict[tuple[str, str], float] = field(default_factory=dict)  # by pid and start time

    def sample(self, memory_limit: int) -> Sample:
        """CPU so far and memory now. Memory is exact only near or above the limit; below it may read a little high."""
        pids = self._pids()
        memory = sum(self._resident(pid) for pid in pids)
        if memory > memory_limit:  # pages shared after a fork were counted for each process: look closely
            memory = sum(self._proportional(pid) for pid in pids)
        return Sample(self._cpu(pids), memory + self._files() + self._sockets(pids))

    def _pids(self) -> list[str]:
        with suppress(OSError):
            return [name for name in os.listdir(self.proc) if name.isdecimal() and name != INIT]
        return []

    def _cpu(self, pids: list[str]) -> float:
        """The larger of two sums, because each misses something.

        What live processes and their waited-for children used misses children that nobody waited for; what each
        process had used when it was last seen misses those that lived between two looks.
        """
        living = 0.0
        for pid in (INIT, *pids):
            stat = self._read(f"{pid}/stat")
            fields = stat[stat.rfind(b")") + 2 :].split()  # the name in brackets is the learner's choice
            if len(fields) < 20:
                continue
            own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
            living += (own + children) / _TICKS_PER_SECOND
            self._cpu_of[pid, fields[19].decode("ascii")] = own / _TICKS_PER_SECOND
        return max(living, sum(self._cpu_of.values()))

    def _resident(self, pid: str) -> int:
        return sum(self._sizes(f"{pid}/status", (b"RssAnon", b"RssShmem", b"VmSwap")))

    def _proportional(self, pid: str) -> int:
        return sum(self._sizes(f"{pid}/smaps_rollup", (b"Pss_Anon", b"Pss_Shmem", b"SwapPss"))) or self._resident(pid)

    def _sizes(self, path: str, names: tuple[bytes, ...]) -> Iterator[int]:
        """Lines like "RssAnon:   1234 kB", in bytes."""
        for line in self._read(path).splitlines():
            name, _, value = line.partition(b":")
            if name in names:
                yield int(value.split()[0]) * KIB

    def _files(self) -> int:
        used = 0
        for folder in self.folders:
            with suppress(OSError):
                state = os.fstatvfs(folder)
                used += (state.f_blocks - state.f_bfree) * state.f_frsize + (
                    state.f_files - state.f_ffree
                ) * INODE_BYTES
        return used

    def _sockets(self, pids: list[str]) -> int:
        for line in self._read(f"{pids[0]}/net/sockstat").splitlines() if pids else ():
            if line.startswith(b"sockets: used "):
                return max(0, int(line.split()[2]) - UNCHARGED_SOCKETS) * SOCKET_BYTES
        return 0

    def _read(self, path: str) -> bytes:
        """The file of a process, or nothing if the process is gone."""
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc)
            with open(descriptor, "rb", buffering=0) as file:
                return file.read()
        return b""
