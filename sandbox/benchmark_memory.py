"""What warm interpreters and the jobs forked from them take, as the kernel tells it."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KIB = 1024
LOOK_SECONDS = 0.004


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. *proportional* counts a shared page to each of those that share it by its part."""

    resident: int
    proportional: int
    own: int  # shared with no other process
    anonymous: int  # of *proportional*, what is from no file


def memory_of(pid: int) -> Memory:
    """Of one process; all zero if it is gone, or not ours to look at."""
    found: dict[str, int] = {}
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.endswith("kB\n"):
                found[name] = int(value.split()[0]) * KIB
    return Memory(
        resident=found.get("Rss", 0),
        proportional=found.get("Pss", 0),
        own=found.get("Private_Clean", 0) + found.get("Private_Dirty", 0),
        anonymous=found.get("Pss_Anon", 0),
    )


def command_of(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def children_of(pid: int) -> list[int]:
    children: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return children


def tree_of(pid: int) -> list[int]:
    """The process and everything below it."""
    return [pid, *(below for child in children_of(pid) for below in tree_of(child))]


def zygote_memory(pid: int) -> Memory:
    """Of a zygote that has no job: itself, and what it keeps forked in advance, which shares most of it."""
    trees = [memory_of(each) for each in tree_of(pid)]
    return Memory(
        resident=trees[0].resident,
        proportional=sum(memory.proportional for memory in trees),
        own=sum(memory.own for memory in trees),
        anonymous=sum(memory.anonymous for memory in trees),
    )


def own_memory_of_job(zygote: int, run: Callable[[], object]) -> int:
    """The most that the processes of a job shared with nobody while *run* judged it; 0 if they could not be seen."""

    def own_now() -> int:
        # A job is a pid 1 of its own with a learner's process below it; what waits for a job has nothing below it.
        jobs = [child for child in children_of(zygote) if children_of(child)]
        return sum(memory_of(pid).own for job in jobs for pid in tree_of(job))

    return _most(own_now, run)


def memory_started_by(run: Callable[[], object]) -> int:
    """The most anonymous memory that all processes below this one had together while *run* ran; 0 if unseen.

    Of a job that starts cold these are the program and all that was started for it.
    """

    def started_now() -> int:
        # One that is about to become another program still shows the memory of this one, and its command line.
        below = [pid for pid in tree_of(os.getpid())[1:] if command_of(pid) != command_of(os.getpid())]
        return sum(memory_of(pid).anonymous for pid in below)

    return _most(started_now, run)


def _most(look: Callable[[], int], run: Callable[[], object]) -> int:
    """The most that *look* saw while *run* ran."""
    most, is_over = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not is_over.is_set():
            most = max(most, look())
            time.sleep(LOOK_SECONDS)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        run()
    finally:
        is_over.set()
        watching.join()
    return most
