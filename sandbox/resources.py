"""How much the processes of a jail use, seen from outside through its own /proc and its tmpfs.

Nothing here believes a name that the inside chose: /proc is the kernel's, and of the folders only the fill level is
asked, never a path (a host that follows a path which a learner can write is how others were escaped).
"""

import os
import re
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

KIB = 1024
FASTEST_POLL_SECONDS = 0.01
SLOWEST_POLL_SECONDS = 0.05
LONGEST_LOOK_SECONDS = 0.1  # at the mappings of all processes, before the judge goes on without
CLOSE_SECONDS = 10.0
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

INIT = "1"  # the harness's own process inside
# What is read of a process. Other lines are not even looked at: its name, for one, is the learner's choice.
SIZES = re.compile(
    rb"^(Pss_Anon|Pss_Shmem|SwapPss|Private_Dirty|Anonymous|RssAnon|RssShmem|VmSwap|VmPTE):[ \t]+([0-9]+) kB$",
    re.MULTILINE,
)
INODE_BYTES = KIB  # what an empty file of a tmpfs costs the kernel, about
# Unix sockets queue up to net.core.wmem_default each way, which is kernel memory that no process is charged for.
SOCKET_BYTES = 208 * KIB
UNCHARGED_SOCKETS = 256  # beside the judge's own: more than a burst of 50 clients needs, less than a bomb


@dataclass(frozen=True, slots=True)
class Sample:
    """What a job's processes use together: CPU so far, and memory (no cached file pages) now."""

    cpu_seconds: float
    memory_bytes: int
    is_out_of_memory: bool = False  # the kernel has already killed something of the job for its memory
    taken: float = field(default_factory=time.monotonic, compare=False)


class Meter(Protocol):
    """Measures one job from outside. cgroup.Group is the other one."""

    def sample(self) -> Sample: ...


def next_poll(previous: Sample, current: Sample, limit_bytes: int) -> float:
    """Seconds until the next sample: half of what is left to the limit at the speed of growth seen last."""
    growth = current.memory_bytes - previous.memory_bytes
    if growth <= 0:
        return SLOWEST_POLL_SECONDS
    left = (limit_bytes - current.memory_bytes) / growth * (current.taken - previous.taken)
    return min(max(left / 2, FASTEST_POLL_SECONDS), SLOWEST_POLL_SECONDS)


@dataclass(slots=True)
class ProcMeter:
    """Reads the usage of one jail. *proc* and *folders* are descriptors that the harness passed out.

    A job's processes are forked from one that imported a framework for many of them, and share its pages. Those are
    not the job's, while pages that its own forks share are, and count once. The kernel divides each page by the number
    of processes that map it ("Pss"), and those shares add up to one for a page that only the job maps. Of an inherited
    page they add up to a part, which is taken off: pid 1 is ours, maps every inherited page and hardly any other, so
    its own share of them is also what each of the job's processes has been charged for them, unless that process
    changed or unmapped them, when it shares less in total than that.

    What is read is exact for a job of one process. A job that forks after it unmapped what it inherited can hide as
    much as that was, once, however many processes it starts. A cgroup cannot be misled.
    """

    proc: int
    folders: tuple[int, ...]
    sockets: Sequence[socket.socket] = ()  # the judge's own in the jail's network, closed ones included
    _cpu_of: dict[tuple[str, str], float] = field(default_factory=dict)  # by pid and start time
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "meter"))
    _looking: "Future[_Look] | None" = None
    _last: "_Look" = field(default_factory=lambda: _Look(0, _Pages(0, 0, 0, 0), {}))

    def sample(self) -> Sample:
        pids = self._pids()
        memory = self._memory(pids) + self._page_tables(pids) + self._files() + self._sockets(pids)
        return Sample(self._cpu(pids), memory)

    def close(self) -> None:
        """To be called between the kill of the processes and the end of *proc*: a look may be under way."""
        if self._looking is not None:
            wait([self._looking], CLOSE_SECONDS)
        self._thread.shutdown(wait=False)

    def _memory(self, pids: list[str]) -> int:
        """From a look at all mappings, if that comes back in time, else estimated from the last one.

        The kernel may have to wait for the process whose mappings it lists, and a process that changes them all the
        time can make it wait for seconds, in which others could take what they want. So the look has its own thread.
        """
        started = self._looking is None
        if self._looking is None:
            self._looking = self._thread.submit(self._look, pids)
        try:
            self._last = self._looking.result(LONGEST_LOOK_SECONDS)
        except TimeoutError:
            return self._estimated(pids)
        self._looking = None
        return self._last.memory if started else self._estimated(pids)

    def _look(self, pids: list[str]) -> "_Look":
        inherited = self._pages(INIT)
        pages = {pid: self._pages(pid) for pid in pids}
        foreign = sum(min(one.shared, inherited.shared) for one in pages.values())
        memory = sum(one.share for one in pages.values()) - min(foreign, inherited.mapped)
        return _Look(memory, inherited, pages)

    def _estimated(self, pids: list[str]) -> int:
        """By how much each process has grown since the last look. Of one that is new all counts but what it inherited,
        also what it shares with the one that forked it.
        """
        inherited = self._resident(INIT).resident
        memory = foreign = 0
        for pid in pids:
            resident = self._resident(pid).resident
            last = self._last.pages.get(pid)
            if last is None:
                memory += max(0, resident - inherited)
            else:
                memory += last.share + max(0, resident - last.resident)
                foreign += min(last.shared, self._last.inherited.shared)
        return memory - min(foreign, self._last.inherited.mapped)

    def _page_tables(self, pids: list[str]) -> int:
        """Those beyond what each has from the start: a process that reads a little everywhere has large ones."""
        inherited = self._page_table(INIT)
        return sum(max(0, self._page_table(pid) - inherited) for pid in pids)

    def _page_table(self, pid: str) -> int:
        return self._sizes(pid, "status", b"VmPTE").get(b"VmPTE", 0)

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

    def _pages(self, pid: str) -> "_Pages":
        sizes = self._sizes(pid, "smaps_rollup", b"Pss_Anon")
        if b"Pss_Anon" not in sizes:
            return self._resident(pid)  # Linux before 5.4, or a process that is just ending
        anonymous, in_shared_mappings = sizes[b"Pss_Anon"], sizes[b"Pss_Shmem"]
        own = max(0, sizes[b"Private_Dirty"] - in_shared_mappings)  # which are private where nobody else maps them
        return _Pages(
            share=anonymous + in_shared_mappings + sizes[b"SwapPss"],
            shared=max(0, anonymous - own),
            mapped=sizes[b"Anonymous"],
            resident=sizes[b"Anonymous"] + in_shared_mappings + sizes[b"SwapPss"],
        )

    def _resident(self, pid: str) -> "_Pages":
        """What can be had without a look at each mapping: as if it shared nothing."""
        sizes = self._sizes(pid, "status", b"RssAnon")
        resident = sum(sizes.get(name, 0) for name in (b"RssAnon", b"RssShmem", b"VmSwap"))
        return _Pages(share=resident, shared=0, mapped=resident, resident=resident)

    def _sizes(self, pid: str, name: str, needed: bytes) -> dict[bytes, int]:
        """The sizes in a file of a process, or of one of its threads.

        Whose main thread has ended goes on with the others, but the kernel shows no memory of it by its pid.
        """
        sizes = self._sizes_in(f"{pid}/{name}")
        if needed in sizes:
            return sizes
        for thread in self._threads(pid):
            if needed in (of_thread := self._sizes_in(f"{pid}/task/{thread}/{name}")):
                return of_thread
        return sizes

    def _threads(self, pid: str) -> list[str]:
        with suppress(OSError):
            descriptor = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self.proc)
            try:
                return [name for name in os.listdir(descriptor) if name != pid]
            finally:
                os.close(descriptor)
        return []

    def _sizes_in(self, path: str) -> dict[bytes, int]:
        """What lines like "RssAnon:   1234 kB" say, in bytes. In a name the kernel escapes the ends of lines."""
        return {name: int(value) * KIB for name, value in SIZES.findall(self._read(path))}

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
        for line in self._read(f"{INIT}/net/sockstat").splitlines() if pids else ():
            if line.startswith(b"sockets: used "):
                ours = sum(one.fileno() >= 0 for one in self.sockets)
                return max(0, int(line.split()[2]) - ours - UNCHARGED_SOCKETS) * SOCKET_BYTES
        return 0

    def _read(self, path: str) -> bytes:
        """The file of a process, or nothing if the process is gone."""
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc)
            with open(descriptor, "rb", buffering=0) as file:
                return file.read()
        return b""


@dataclass(frozen=True, slots=True)
class _Pages:
    """Anonymous memory of one process, in bytes."""

    share: int  # each page divided by the number of processes that map it; shared mappings and swap too
    shared: int  # the part of *share* that comes from pages which others map as well
    mapped: int  # each page whole
    resident: int  # the same, with shared mappings and swap


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found in the mappings of all processes."""

    memory: int
    inherited: _Pages
    pages: Mapping[str, _Pages]  # by pid
