"""Control groups with real processes in them, and which cgroup is chosen where."""

import contextlib
import ctypes
import os
import select
import subprocess
import sys
import time

import pytest

from sandbox import cgroup
from sandbox.cgroup import Unavailable
from sandbox.job import MIB

MEMORY_BYTES = 64 * MIB
PROCESSES = 8
PYTHON_BYTES = 16 * MIB  # what an interpreter takes for itself, at most
CLONE_NEWUSER = 0x10000000
NOBODY = 65534

JOIN = """
import mmap, os, socket, sys, time

def join():
    for descriptor in map(int, sys.argv[1:]):
        os.write(descriptor, b"0")

def touched(mib, flags=mmap.MAP_PRIVATE):
    memory = mmap.mmap(-1, mib << 20, flags | mmap.MAP_ANONYMOUS)
    for place in range(0, mib << 20, 4096):
        memory[place] = 1
    return memory

def ready():
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def hierarchy():
    try:
        return cgroup.hierarchy()
    except Unavailable as reason:
        pytest.skip(f"no cgroup can be had: {reason}")


@pytest.fixture
def group(hierarchy):
    with hierarchy.make(MEMORY_BYTES, PROCESSES) as made:
        yield made


@contextlib.contextmanager
def program(group, *lines, prelude=("join()",)):
    """A process that joined *group* and runs *lines*; it gets SIGKILL at the end if it still lives."""
    command = [sys.executable, "-I", "-S", "-c", "\n".join([JOIN, *prelude, *lines]), *map(str, group.joins)]
    with subprocess.Popen(
        command, pass_fds=group.joins, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so, seconds=5):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def places_of(hierarchy, pid):
    """The folders of the groups that the process made and that are still there."""
    folders = set(hierarchy._folders.values())
    return sorted(str(place) for folder in folders for place in folder.glob(f"fieldguide-*-{pid}-*"))


@pytest.mark.parametrize(
    ("lines", "own_mib"),
    [
        (["ready()"], 0),
        (["new = touched(40)", "ready()"], 40),
        (["new = touched(40, mmap.MAP_SHARED)", "ready()"], 40),
        (["new = touched(40)", "os.fork() or time.sleep(60)", "ready()"], 40),
        (["file = os.memfd_create('x')", "os.write(file, bytes(40 << 20))", "ready()"], 40),
        (
            # In flight between two TCP sockets of which no process has read a byte.
            [
                "from socket import *",
                "listener = create_server(('127.0.0.1', 0))",
                "pairs = []",
                "for _ in range(4):",
                "    out = create_connection(listener.getsockname()); out.setblocking(False)",
                "    pairs.append((out, listener.accept()))",
                "    try:",
                "        while True: out.send(bytes(1 << 16))",
                "    except BlockingIOError: pass",
                "ready()",
            ],
            2,
        ),
    ],
)
def test_sample_counts_memory_of_each_kind_once(group, lines, own_mib):
    with program(group, *lines) as process:
        assert process.stdout.readline() == "ready\n"
        memory_bytes = group.sample().memory_bytes

    assert own_mib * MIB <= memory_bytes <= own_mib * MIB + PYTHON_BYTES


def test_sample_does_not_count_files_that_the_kernel_caches(group, tmp_path):
    large = tmp_path / "large"

    with program(group, f"open({str(large)!r}, 'wb').write(bytes(40 << 20))", "ready()") as process:
        assert process.stdout.readline() == "ready\n"
        memory_bytes = group.sample().memory_bytes

    assert large.stat().st_size == 40 * MIB
    assert memory_bytes < PYTHON_BYTES + 8 * MIB  # the kernel's records of the cache count


def test_sample_does_not_count_what_was_touched_before_joining(group):
    with program(group, "join()", "ready()", prelude=("old = touched(40)",)) as process:
        assert process.stdout.readline() == "ready\n"
        memory_bytes = group.sample().memory_bytes

    assert memory_bytes < PYTHON_BYTES


def test_group_ends_a_process_that_takes_more_memory_than_its_limit(group):
    with program(group, "new = touched(1000)") as process:
        process.wait(10)
        assert process.returncode == -9

    assert group.sample().is_out_of_memory


def test_group_limits_the_memory_of_all_its_processes_together(group):
    lines = ["for _ in range(4):", "    if not os.fork(): new = touched(40); ready()", "ready()"]

    with program(group, *lines):
        wait_until(lambda: group.sample().is_out_of_memory)

        assert group.sample().memory_bytes <= MEMORY_BYTES


def test_group_within_its_limit_is_not_out_of_memory(group):
    with program(group, "new = touched(40)", "ready()") as process:
        assert process.stdout.readline() == "ready\n"

        assert not group.sample().is_out_of_memory


def test_group_refuses_more_processes_than_its_limit(group):
    lines = [
        "made = 0",
        "try:",
        "    while pid := os.fork(): made += 1",
        "except OSError: print(made, flush=True)",
        "sys.stdin.read()",
    ]

    with program(group, *lines) as process:
        assert int(process.stdout.readline()) == PROCESSES - 1


def test_sample_counts_the_processor_time_of_children_that_nobody_waited_for(group):
    burn = "    while time.process_time() < 0.3: pass"

    with program(group, "for _ in range(2):", "  if not os.fork():", burn, "    os._exit(0)", "ready()") as process:
        assert process.stdout.readline() == "ready\n"
        wait_until(lambda: group.sample().cpu_seconds >= 0.6)

        assert group.sample().cpu_seconds < 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another uid")
def test_group_is_joined_by_another_uid_from_a_user_namespace_of_its_own(group):
    def other():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "unshare")

    # A shell, because this Python may be in a folder that the uid may not enter.
    script = "for descriptor in $@; do echo 0 >&$descriptor || exit 1; done; echo joined; read line"
    with subprocess.Popen(
        ["bash", "-c", script, "bash", *map(str, group.joins)],
        pass_fds=group.joins,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=other,
    ) as process:
        assert process.stdout.readline() == "joined\n"
        processor_seconds = group.sample().cpu_seconds

    assert processor_seconds > 0


def test_close_kills_what_is_left_and_removes_the_group(hierarchy):
    group = hierarchy.make(MEMORY_BYTES, PROCESSES)
    lines = ["for _ in range(3):", "    if not os.fork(): break", "ready()"]

    with program(group, *lines) as process:
        for _ in range(4):
            assert process.stdout.readline() == "ready\n"
        group.close()

        assert process.wait(1) == -9
    assert places_of(hierarchy, os.getpid()) == []


def test_close_ends_a_fork_bomb(hierarchy):
    group = hierarchy.make(MEMORY_BYTES, PROCESSES)
    lines = [
        "print('ready', flush=True)",
        "os.setsid()",
        "while True:",
        "    try:",
        "        if os.fork(): os._exit(0)",
        "    except OSError: pass",
    ]

    with program(group, *lines) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        group.close()

    assert places_of(hierarchy, os.getpid()) == []


def test_group_costs_no_descriptors_after_it_was_closed(hierarchy):
    before = os.listdir("/proc/self/fd")

    group = hierarchy.make(MEMORY_BYTES, PROCESSES)
    group.close()
    group.close()

    assert os.listdir("/proc/self/fd") == before


def test_make_leaves_nothing_behind_when_the_kernel_refuses(hierarchy):
    with pytest.raises(OSError, match="Invalid argument"):
        hierarchy.make(MEMORY_BYTES, -5)

    assert places_of(hierarchy, os.getpid()) == []


def test_descriptors_of_a_group_are_not_inherited_by_chance(group):
    assert not any(os.get_inheritable(descriptor) for descriptor in group.joins)


def test_sweep_removes_the_groups_of_a_process_that_was_killed(hierarchy):
    lines = [
        "from sandbox.cgroup import hierarchy",
        f"group = hierarchy().make({MEMORY_BYTES}, {PROCESSES})",
        "import os, subprocess",
        "left = subprocess.Popen(['sleep', '60'])",
        "[os.write(descriptor, str(left.pid).encode()) for descriptor in group.joins]",
        "print(left.pid, flush=True)",
        "input()",
    ]
    with subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as maker:
        left = int(maker.stdout.readline())
        descriptor = os.pidfd_open(left)
        made = places_of(hierarchy, maker.pid)
        assert len(made) == len(set(hierarchy._folders.values()))

        hierarchy.sweep()
        assert places_of(hierarchy, maker.pid) == made  # of the living

        maker.kill()

    assert hierarchy.sweep() >= 1
    assert places_of(hierarchy, maker.pid) == []
    assert select.select([descriptor], [], [], 1)[0]  # what was in it has ended
    os.close(descriptor)


def test_sweep_leaves_groups_of_other_pid_namespaces_and_of_others_alone(hierarchy):
    folder = next(iter(hierarchy._folders.values()))
    names = ("fieldguide-1-999999999-1-0", "fieldguide-other")
    for name in names:
        (folder / name).mkdir()

    hierarchy.sweep()

    for name in names:
        (folder / name).rmdir()  # raises if it is gone
