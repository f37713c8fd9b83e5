"""Control groups with real processes in them, and which cgroup is chosen where."""

import contextlib
import ctypes
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sandbox import cgroup
from sandbox.cgroup import Unavailable
from sandbox.job import MIB
from sandbox.resources import Sample

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
    kind = subprocess.run(["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=True).stdout
    if kind.strip() in ("tmpfs", "ramfs"):
        pytest.skip("the folder of temporary files lies in memory")
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
        groups = Path(f"/proc/{process.pid}/cgroup").read_text()

    assert groups.count(group._name) == len(group.joins)


def test_close_kills_what_is_left_and_removes_the_group(hierarchy):
    group = hierarchy.make(MEMORY_BYTES, PROCESSES)
    lines = ["for _ in range(3):", "    if not os.fork(): break", "ready()"]

    with program(group, *lines) as process:
        for _ in range(4):
            assert process.stdout.readline() == "ready\n"
        group.close()

        assert process.wait(1) == -9
    assert places_of(hierarchy, os.getpid()) == []


def test_group_that_could_not_be_removed_is_removed_with_the_next_one(hierarchy):
    group = hierarchy.make(MEMORY_BYTES, PROCESSES)
    folders = [Path(place, "inner") for place in places_of(hierarchy, os.getpid())]
    for folder in folders:
        folder.mkdir()
    group.close()
    for folder in folders:
        folder.rmdir()
    left = len(places_of(hierarchy, os.getpid()))

    hierarchy.make(MEMORY_BYTES, PROCESSES).close()

    assert (left, places_of(hierarchy, os.getpid())) == (len(folders), [])


def test_own_names_the_groups_of_this_process_while_they_are_there(hierarchy):
    before = hierarchy.own()
    with hierarchy.make(64 * MIB, 8):
        made = hierarchy.own() - before

    assert (len(made), hierarchy.own()) == (1, before)


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


# Which place is chosen: /proc/self and the cgroup file system are folders of the test here, with the kernel's texts.

V1_MOUNT = "31 23 0:28 {root} {point} rw,relatime - cgroup cgroup rw,{controllers}"
V2_MOUNT = "41 31 0:38 {root} {point} rw,relatime - cgroup2 cgroup2 rw,nsdelegate"


@pytest.fixture
def machine(tmp_path):
    """A function that lays out a machine: the mounts (their points below tmp_path/sys) and our own cgroups."""

    def lay_out(mounts, own, folders=()):
        process = tmp_path / "self"
        process.mkdir()
        (process / "mountinfo").write_text("\n".join([*mounts, "22 1 0:21 / /proc rw - proc proc rw", ""]))
        (process / "cgroup").write_text("\n".join([*own, ""]))
        for folder in folders:
            (tmp_path / "sys" / folder).mkdir(parents=True, exist_ok=True)
        return process

    return lay_out


def v2_cgroup(folder, controllers="cpu memory pids", enabled="", delegated=False):
    """What the kernel puts into a cgroup of version 2 that is not the root."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.type").write_text("domain\n")
    (folder / "cgroup.procs").write_text("")
    (folder / "cgroup.controllers").write_text(controllers + "\n")
    (folder / "cgroup.subtree_control").write_text(enabled)
    if delegated:  # in memory, file systems before Linux 6.6 take the second only
        try:
            os.setxattr(folder, "user.delegate", b"1")
        except OSError:
            os.setxattr(folder, "trusted.delegate", b"1")
    return folder


@contextlib.contextmanager
def ordinary_user():
    """Not root, if we are."""
    uid = os.geteuid()
    os.seteuid(uid or NOBODY)
    try:
        yield
    finally:
        os.seteuid(uid)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="version 1 is for root only")


@as_root
def test_version_1_makes_groups_below_our_own_of_each_controller(tmp_path, machine):
    point = f"{tmp_path}/sys"
    process = machine(
        [
            V1_MOUNT.format(root="/", point=f"{point}/cpu,cpuacct", controllers="cpu,cpuacct"),
            V1_MOUNT.format(root="/", point=f"{point}/memory", controllers="memory"),
            V1_MOUNT.format(root="/", point=f"{point}/pids", controllers="pids"),
            V2_MOUNT.format(root="/", point=f"{point}/unified"),  # as on a "hybrid" machine: without controllers
        ],
        ["3:cpu,cpuacct:/a.slice", "2:memory:/a.slice/b.service", "1:pids:/", "0::/a.slice/b.service"],
    )

    found = cgroup.find(process)

    assert (found.version, found.describe()) == (1, f"version 1, below {point}/memory/a.slice/b.service")
    assert {controller: str(folder) for controller, folder in found._folders.items()} == {
        "memory": f"{point}/memory/a.slice/b.service",
        "pids": f"{point}/pids",
        "cpuacct": f"{point}/cpu,cpuacct/a.slice",
    }


@as_root
def test_version_1_in_a_container_is_found_at_its_mount(tmp_path, machine):
    """Without a cgroup namespace /proc names the group from the machine's root, and the mount begins at the group."""
    process = machine(
        [
            V1_MOUNT.format(root="/docker/f00", point=f"{tmp_path}/sys\\040{name}", controllers=name)
            for name in ("memory", "pids", "cpuacct")
        ],
        [f"{number}:{name}:/docker/f00/x" for number, name in enumerate(("memory", "pids", "cpuacct"))],
    )

    assert cgroup.find(process).describe() == f"version 1, below {tmp_path}/sys memory/x"


@as_root
@pytest.mark.parametrize(
    ("root", "group", "reason"),
    [
        ("/docker/f00", "/docker/bar", "our own cgroup, /docker/bar, is not to be seen in /sys/fs/cgroup/memory"),
        ("/", "/../outside", "our own cgroup, /../outside, is not to be seen in /sys/fs/cgroup/memory"),
    ],
)
def test_version_1_refuses_a_group_that_it_cannot_see(machine, root, group, reason):
    mount = V1_MOUNT.format(root=root, point="/sys/fs/cgroup/memory", controllers="memory")

    with pytest.raises(Unavailable) as refusal:
        cgroup.find(machine([mount], [f"1:memory:{group}"]))

    assert str(refusal.value) == reason


@as_root
def test_version_1_names_the_controller_that_is_missing(tmp_path, machine):
    mount = V1_MOUNT.format(root="/", point=f"{tmp_path}/sys/memory", controllers="memory")

    with pytest.raises(Unavailable) as refusal:
        cgroup.find(machine([mount], ["1:memory:/", "2:pids:/"]))

    assert str(refusal.value) == "the cgroup controller pids (version 1) is not mounted"


def test_version_1_is_refused_to_an_ordinary_user(tmp_path, machine):
    process = machine([], ["1:memory:/", "0::/"])
    open_up(tmp_path)

    with ordinary_user(), pytest.raises(Unavailable) as refusal:
        cgroup.find(process)

    assert str(refusal.value) == "cgroup version 1 is for root only: run the worker as root, or boot with version 2"


@pytest.mark.parametrize(
    ("mounts", "own", "reason"),
    [
        ([], ["1:cpuset:/"], "this kernel has no memory cgroup"),
        ([], ["0::/"], "no cgroup file system is mounted"),
    ],
)
def test_machine_without_cgroups_is_refused(machine, mounts, own, reason):
    with pytest.raises(Unavailable) as refusal:
        cgroup.find(machine(mounts, own))

    assert str(refusal.value) == reason


def test_version_2_takes_the_cgroup_that_was_delegated(tmp_path, machine):
    v2_cgroup(tmp_path / "sys", enabled="memory pids")
    service = v2_cgroup(tmp_path / "sys/system.slice/x.service", enabled="memory pids\n", delegated=True)
    process = machine([V2_MOUNT.format(root="/", point=tmp_path / "sys")], ["0::/system.slice/x.service"])

    found = cgroup.find(process)

    assert (found.version, found.describe()) == (2, f"version 2, below {service}")


def test_version_2_goes_on_where_another_process_of_ours_prepared_it(tmp_path, machine):
    service = v2_cgroup(tmp_path / "sys/system.slice/x.service", enabled="memory pids\n", delegated=True)
    v2_cgroup(service / "supervisor", controllers="memory pids")
    process = machine([V2_MOUNT.format(root="/", point=tmp_path / "sys")], ["0::/system.slice/x.service/supervisor"])

    assert cgroup.find(process).describe() == f"version 2, below {service}"


def test_version_2_asks_for_the_controllers_of_a_delegated_cgroup(tmp_path, machine):
    service = v2_cgroup(tmp_path / "sys/x.service", controllers="cpu pids", delegated=True)
    process = machine([V2_MOUNT.format(root="/", point=tmp_path / "sys")], ["0::/x.service"])

    with pytest.raises(Unavailable, match=r"x\.service has no memory controller: a systemd service needs Delegate=yes"):
        cgroup.find(process)

    assert (service / "cgroup.subtree_control").read_text() == ""


def test_version_2_leaves_a_cgroup_alone_that_was_not_delegated(tmp_path, machine):
    scope = v2_cgroup(tmp_path / "sys/user.slice/session-1.scope")
    (scope / "cgroup.procs").write_text(f"{os.getpid()}\n")
    process = machine([V2_MOUNT.format(root="/", point=tmp_path / "sys")], ["0::/user.slice/session-1.scope"])
    open_up(tmp_path)

    with ordinary_user(), pytest.raises(Unavailable, match=r"session-1\.scope, is not delegated to us: run the worker"):
        cgroup.find(process)

    assert (scope / "cgroup.subtree_control").read_text() == ""
    assert not (scope / "supervisor").exists()


@as_root
def test_version_2_gives_root_a_place_of_its_own_where_nothing_was_delegated(tmp_path, machine):
    v2_cgroup(tmp_path / "sys/user.slice/session-1.scope")
    place = v2_cgroup(tmp_path / "sys/fieldguide")
    (tmp_path / "sys/cgroup.controllers").write_text("cpu memory pids\n")
    (tmp_path / "sys/cgroup.subtree_control").write_text("cpu memory pids\n")
    process = machine([V2_MOUNT.format(root="/", point=tmp_path / "sys")], ["0::/user.slice/session-1.scope"])

    # The kernel would have changed the file by what is written; this one holds what was written, and then refuses.
    with pytest.raises(Unavailable):
        cgroup.find(process)
    assert (place / "cgroup.subtree_control").read_text() == "+memory +pids"

    (place / "cgroup.subtree_control").write_text("memory pids\n")
    assert cgroup.find(process).describe() == f"version 2, below {place}"


def test_version_2_sample_is_what_cannot_be_given_back(tmp_path):
    (tmp_path / "memory.stat").write_text("anon 100\nfile 5000\nkernel 30\nsock 7\nshmem 2000\nslab 20\n")
    (tmp_path / "memory.events").write_text("low 0\nmax 3\noom 1\noom_kill 0\n")
    (tmp_path / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    counters = [tmp_path / name for name in ("memory.stat", "memory.events", "cpu.stat")]
    group = cgroup._GroupV2(cgroup._V2({"": tmp_path}), "none", [], counters)

    assert group.sample() == Sample(cpu_seconds=1.5, memory_bytes=2137, is_out_of_memory=False)

    (tmp_path / "memory.events").write_text("low 0\nmax 9\noom 2\noom_kill 1\n")
    (tmp_path / "memory.stat").write_text("anon 1\nkernel_stack 2\npagetables 3\nsock 4\nshmem 5\nslab 6\n")  # 5.10

    assert group.sample() == Sample(cpu_seconds=1.5, memory_bytes=21, is_out_of_memory=True)
    group.close()


def open_up(folder):
    """Let every user read *folder* and what leads to it below the folder for temporary files."""
    for place in (folder, *folder.parents):
        if place == Path(tempfile.gettempdir()):
            return
        place.chmod(0o755)
