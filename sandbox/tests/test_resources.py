"""What is counted of real process trees: what a job's processes use of their own, each page once."""

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager

import pytest

from sandbox import resources
from sandbox.attacking import ATTACKS
from sandbox.job import MIB
from sandbox.resources import FASTEST_POLL_SECONDS, SLOWEST_POLL_SECONDS, ProcMeter, Sample, next_poll
from sandbox.tests.supervised import wait_for

INHERITED_BYTES = 60 * MIB
OWN_BYTES = 3 * MIB  # what each Python process copies of the interpreter's pages, at most

# A zygote with 60 MiB forks a spare child and the job's pid 1, which forks the learner's process: that runs STEPS.
TREE = """
import mmap, os, sys, time

def touched(mib):
    memory = mmap.mmap(-1, mib << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    change(memory, mib)
    return memory

def change(memory, mib):
    for place in range(0, mib << 20, 4096):
        memory[place] = 1

def tell(role):
    os.write(1, b"%s %d\\n" % (role, os.getpid()))

def ready():
    tell(b"job")
    time.sleep(60)

def forks(count, run=lambda: None):
    for _ in range(count):
        if not os.fork():
            run()
            ready()

inherited = touched(60)
if not os.fork():
    time.sleep(60)
if not os.fork():
    tell(b"init")
    if not os.fork():
        exec(sys.argv[1])
        ready()
time.sleep(60)
"""


@contextmanager
def meter_of_tree(tmp_path, steps, processes):
    """A ProcMeter of a tree whose learner's process runs *steps*, when the job has that many processes."""
    # In a network of its own, as every job: what others on this machine have open is counted there for nobody.
    command = ["unshare", "--user", "--net", sys.executable, "-I", "-S", "-c", TREE, steps]
    zygote = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    try:
        pids = defaultdict(list)
        for _ in range(processes + 1):
            role, pid = zygote.stdout.readline().split()
            pids[role].append(int(pid))
        # What the job's own /proc shows: its processes only, and pid 1 among them.
        (tmp_path / "1").symlink_to(f"/proc/{pids[b'init'][0]}")
        for pid in pids[b"job"]:
            (tmp_path / str(pid)).symlink_to(f"/proc/{pid}")
        proc = os.open(tmp_path, os.O_RDONLY)
        yield ProcMeter(proc, ())
        os.close(proc)
    finally:
        os.killpg(zygote.pid, signal.SIGKILL)
        zygote.wait()
        zygote.stdout.close()


@pytest.mark.parametrize(
    ("steps", "processes", "own_mib"),
    [
        ("pass", 1, 0),
        ("new = touched(40)", 1, 40),
        ("change(inherited, 30)", 1, 30),  # a copy of what it shared is its own
        ("inherited.close()", 1, 0),
        ("inherited.close(); new = touched(40)", 1, 40),
        ("forks(3)", 4, 0),
        ("new = touched(40); forks(3)", 4, 40),  # its forks share it: counted once
        ("new = touched(40); forks(3, lambda: change(new, 10))", 4, 70),  # of 40, ten are the first one's only
        ("forks(3, lambda: change(inherited, 20))", 4, 60),
        ("forks(20)", 21, 0),
        ("import mmap; new = mmap.mmap(-1, 40 << 20); change(new, 40)", 1, 40),  # MAP_SHARED
        ("import mmap; new = mmap.mmap(-1, 40 << 20); change(new, 40); forks(3)", 4, 40),
    ],
)
def test_proc_meter_counts_what_the_job_does_not_share_with_the_zygote(tmp_path, steps, processes, own_mib):
    with meter_of_tree(tmp_path, steps, processes) as meter:
        memory_bytes = meter.sample().memory_bytes

    assert own_mib * MIB <= memory_bytes <= own_mib * MIB + processes * OWN_BYTES


def test_proc_meter_counts_a_program_that_was_started_beside_forks(tmp_path):
    touch = "new = bytearray(range(256)) * (40 << 12)"
    program = f"import os, time; {touch}; os.write(1, b'job %d\\n' % os.getpid()); time.sleep(60)"
    steps = f"forks(2)\nif not os.fork(): os.execv({sys.executable!r}, ['python', '-I', '-S', '-c', {program!r}])"

    with meter_of_tree(tmp_path, steps, 4) as meter:
        memory_bytes = meter.sample().memory_bytes

    assert 40 * MIB < memory_bytes < 40 * MIB + 6 * OWN_BYTES


@pytest.mark.parametrize("forks", [3, 30])
def test_proc_meter_misses_at_most_once_what_was_inherited_and_unmapped(tmp_path, forks):
    steps = f"inherited.close(); new = touched(200); forks({forks})"

    with meter_of_tree(tmp_path, steps, forks + 1) as meter:
        memory_bytes = meter.sample().memory_bytes

    assert memory_bytes >= 200 * MIB - INHERITED_BYTES - 2 * OWN_BYTES


def test_proc_meter_without_time_for_a_look_does_not_count_what_was_inherited(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "LONGEST_LOOK_SECONDS", 0)

    with meter_of_tree(tmp_path, "forks(20)", 21) as meter:
        memory_bytes = meter.sample().memory_bytes

    assert memory_bytes <= 21 * OWN_BYTES


@pytest.mark.parametrize(
    "how", ["touched(40)", "(new := mmap.mmap(-1, 40 << 20), change(new, 40))"], ids=["own", "MAP_SHARED"]
)
def test_proc_meter_without_time_for_a_look_counts_by_how_much_a_process_grew(tmp_path, monkeypatch, how):
    steps = f"import mmap, signal; kept = []; signal.signal(signal.SIGUSR1, lambda *_: kept.append({how}))"
    with meter_of_tree(tmp_path, f"{steps}; new = touched(20)", 1) as meter:
        before = meter.sample().memory_bytes
        monkeypatch.setattr(resources, "LONGEST_LOOK_SECONDS", 0)
        (learners,) = (int(path.readlink().name) for path in tmp_path.iterdir() if path.name != "1")
        os.kill(learners, signal.SIGUSR1)
        wait_for(lambda: meter.sample().memory_bytes >= before + 39 * MIB, "the growth")
        after = meter.sample().memory_bytes

    assert 59 * MIB <= after <= 60 * MIB + 2 * OWN_BYTES


def test_proc_meter_does_not_wait_for_processes_that_keep_the_kernel_from_listing_their_mappings(tmp_path):
    """They change tens of thousands of them, all the time, and another one takes memory meanwhile."""
    source = (ATTACKS / "many_mappings.py").read_text().replace("range(28)", "range(12)")
    busy = """
tell(b"job")
while True:
    for number in range(0, made, 2):
        libc.mprotect(ctypes.c_void_p(start + 2 * number * PAGE), ctypes.c_size_t(PAGE), number % 4 and 1)
"""
    steps = f"if not os.fork(): new = touched(50); ready()\nexec({source.replace('time.sleep(1000)', busy)!r})"
    with meter_of_tree(tmp_path, steps, 14) as meter:
        samples = [(time.monotonic(), meter.sample().memory_bytes, time.monotonic()) for _ in range(5)]
        meter.close()

    assert max(ended - started for started, _, ended in samples) < 0.5  # and not seconds
    assert min(memory for _, memory, _ in samples) >= 50 * MIB


@pytest.mark.parametrize("name", [b"x kB", b"\\rVmPTE:9 kB", b"\\nRssAnon:9 kB", b"RssAnon:\\t9 kB"])
def test_proc_meter_believes_no_name_of_a_process(tmp_path, name):
    """Of one that has ended, and that nobody waited for, the kernel tells the name and no sizes."""
    steps = f"""
if not os.fork():
    import ctypes
    ctypes.CDLL(None).prctl(15, b"{name.decode()}", 0, 0, 0)
    tell(b"job")
    os._exit(0)
time.sleep(0.2)"""
    with meter_of_tree(tmp_path, steps, 2) as meter:
        (ended,) = (path for path in tmp_path.iterdir() if b"zombie" in (path / "status").read_bytes())
        memory_bytes = meter.sample().memory_bytes

    assert ended.name != "1"
    assert memory_bytes <= OWN_BYTES


def test_proc_meter_counts_page_tables(tmp_path):
    """Of pages that are read and never written the kernel has but one, and an entry for each place."""
    steps = """
def read():
    global everywhere
    everywhere = mmap.mmap(-1, 1900 << 20, 0x4022, mmap.PROT_READ)  # private, anonymous, without a reserve
    for place in range(0, 1900 << 20, 2 << 20):
        everywhere[place]

forks(3, read)"""
    with meter_of_tree(tmp_path, steps, 4) as meter:
        memory_bytes = meter.sample().memory_bytes

    table_bytes = 1900 // 2 * 4096
    assert 3 * table_bytes <= memory_bytes <= 3 * table_bytes + 4 * OWN_BYTES


def test_proc_meter_reads_nothing_of_processes_that_are_gone(tmp_path):
    (tmp_path / "2").symlink_to("/proc/999999999")
    proc = os.open(tmp_path, os.O_RDONLY)

    assert ProcMeter(proc, ()).sample() == Sample(cpu_seconds=0.0, memory_bytes=0)

    os.close(proc)


@pytest.mark.parametrize(
    ("grown_mib", "left_mib", "seconds"),
    [
        (0, 200, SLOWEST_POLL_SECONDS),
        (-10, 1, SLOWEST_POLL_SECONDS),  # shrinking
        (1, 200, SLOWEST_POLL_SECONDS),
        (50, 75, 0.0375),  # would be there in 75 ms at 1 MiB a millisecond
        (100, 100, 0.025),
        (100, 1, FASTEST_POLL_SECONDS),
        (100, -50, FASTEST_POLL_SECONDS),  # over it already
    ],
)
def test_next_poll_comes_sooner_the_faster_memory_grows_towards_the_limit(grown_mib, left_mib, seconds):
    limit_bytes = 1024 * MIB
    current = Sample(cpu_seconds=0, memory_bytes=limit_bytes - left_mib * MIB, taken=10.05)
    previous = Sample(cpu_seconds=0, memory_bytes=current.memory_bytes - grown_mib * MIB, taken=10.0)

    assert next_poll(previous, current, limit_bytes) == pytest.approx(seconds)


def test_next_poll_bears_two_samples_of_the_same_moment():
    sample = Sample(cpu_seconds=0, memory_bytes=MIB, taken=10.0)
    grown = Sample(cpu_seconds=0, memory_bytes=2 * MIB, taken=10.0)

    assert next_poll(sample, grown, 256 * MIB) == FASTEST_POLL_SECONDS
