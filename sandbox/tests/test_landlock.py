"""Landlock around a process of its own, without the rest of the sandbox: what remains allowed and what does not."""

import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from sandbox.harness import landlock
from sandbox.tests.layers import run

pytestmark = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")

# As in the jail, but with a folder of the test instead of /work, and wherever this Python is.
RESTRICTED = """
from sandbox.harness import landlock
readable = {*landlock.READ, sys.prefix, sys.base_prefix, sys.argv[1]}
writable = (folder, "/dev/null", "/dev/zero", "/dev/full")
programs = landlock.programs()
def restrict(**changes):
    asked = {"read": readable, "write": writable, "execute": programs, "ports": landlock.PORTS}
    return landlock.restrict(**{**asked, **changes})
"""


def restricted(snippet, folder, before=""):
    return run(f"{RESTRICTED}\n{before}\nused = restrict()\n{snippet}", folder)


@pytest.fixture
def folder():
    """Below a short path: multiprocessing makes Unix sockets in it, whose names have room for 108 bytes."""
    with tempfile.TemporaryDirectory(prefix="fg-") as name:
        inside = Path(name, "inside")
        inside.mkdir()
        Path(name, "secret").write_text("secret")
        yield inside


def needs(version):
    return pytest.mark.skipif(landlock.abi() < version, reason=f"needs Landlock's ABI {version}")


def test_restrict_says_which_version_holds_and_missing_sees_it(folder):
    used, before, after = run(
        f"{RESTRICTED}\nbefore = landlock.missing()\nresult = restrict(), before, landlock.missing()", folder
    )

    assert used == landlock.abi()
    assert before == "the root folder can be listed"
    assert after == ""


def test_without_landlock_restrict_says_what_the_kernel_answered(folder):
    """As on a kernel without it: the call is answered with ENOSYS by a filter."""
    no_landlock = "[(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50026), (0x06, 0, 0, 0x7FFF0000)]"
    abi, message = run(
        f"""
import struct
from sandbox.harness import seccomp_filter
{RESTRICTED}
seccomp_filter.load(b"".join(struct.pack("=HBBI", *one) for one in {no_landlock}))
try:
    restrict()
    message = "restricted"
except OSError as error:
    message = str(error)
result = landlock.abi(), message
""",
        folder,
    )

    assert abi == 0
    assert message.startswith("[Errno 38] Landlock is not available")
    assert "Function not implemented" in message


def test_only_named_folders_can_be_read_and_written(folder):
    result = restricted(
        """
result = {
    "secret": outcome(open, folder + "/../secret"),
    "secret by a link": outcome(lambda: (os.symlink("../secret", folder + "/link"), open(folder + "/link"))),
    "root": outcome(os.listdir, "/"),
    "beside": outcome(open, folder + "/../new", "w"),
    "a link out": outcome(os.link, folder + "/../secret", folder + "/hard"),
    "moved out": outcome(lambda: (open(folder + "/mine", "w"), os.rename(folder + "/mine", folder + "/../mine"))),
    "truncated": outcome(os.truncate, folder + "/../secret", 0),
    "in /etc": outcome(open, "/etc/fieldguide", "w"),
    "in /proc": outcome(open, "/proc/self/comm", "w"),
    "hosts": outcome(open, "/etc/hosts"),
    "inside": outcome(lambda: open(folder + "/mine", "w+").write("mine")),
}
""",
        folder,
    )

    refused = {name for name, answer in result.items() if answer in ("EACCES", "EXDEV")}
    assert result.keys() - refused == {"hosts", "inside"}
    assert result["inside"] == 4
    assert (folder.parent / "secret").read_text() == "secret"


def test_ordinary_work_with_files_goes_on(folder):
    result = restricted(
        """
import contextlib, shutil, sqlite3, tempfile
tempfile.tempdir = folder
os.makedirs(folder + "/a/b")
os.makedirs(folder + "/c")
open(folder + "/a/b/file", "w").close()
os.rename(folder + "/a/b/file", folder + "/c/file")
os.truncate(folder + "/c/file", 10)
os.link(folder + "/c/file", folder + "/a/hard")
os.symlink("c/file", folder + "/soft")
os.mkfifo(folder + "/fifo")
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(folder + "/socket")
shutil.rmtree(folder + "/a")
with tempfile.NamedTemporaryFile() as named, tempfile.TemporaryFile() as unnamed:
    named.write(b"x"), unnamed.write(b"x")
with contextlib.closing(sqlite3.connect(folder + "/base.sqlite3")) as base:
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE one (two)")
with open("/dev/null", "w") as null, open("/dev/zero", "rb") as zero, open("/dev/urandom", "rb") as random:
    null.write("x"), zero.read(1), random.read(1)
with open("/dev/null") as null:
    terminal = os.isatty(null.fileno())
result = sorted(os.listdir(folder)), os.path.getsize(folder + "/c/file"), terminal
""",
        folder,
    )

    assert result == [["base.sqlite3", "c", "fifo", "socket", "soft"], 10, False]


def test_pipes_can_be_opened_again_by_their_names(folder):
    """What /dev/stdout is inside."""
    assert (
        restricted(
            """
read, write = os.pipe()
with open(f"/proc/self/fd/{write}", "w") as again:
    again.write("through")
result = os.read(read, 10).decode()
""",
            folder,
        )
        == "through"
    )


@needs(5)
def test_devices_take_no_commands(folder):
    """RNDGETENTCNT, which anybody may ask otherwise."""
    assert (
        restricted(
            """
import fcntl
result = outcome(lambda: fcntl.ioctl(os.open("/dev/urandom", os.O_RDONLY), 0x80045200, bytes(4)))
""",
            folder,
        )
        == "EACCES"
    )


def helper_program():
    """A program that a distribution keeps below /usr/lib, or one of /usr/bin where there is none."""
    for path in (*Path("/usr/lib").glob("[!x]*/*"), Path("/usr/bin/env")):
        if (
            path.is_file()
            and os.access(path, os.X_OK)
            and ".so" not in path.name
            and path.read_bytes()[:4] == b"\x7fELF"
        ):
            return path
    pytest.skip("there is no other program to try")


def test_no_other_program_starts_neither_by_the_loader_nor_from_the_work_folder(folder):
    result = restricted(
        f"helper = {str(helper_program())!r}"
        + """
import shutil, subprocess
def status(*arguments):
    return outcome(lambda: subprocess.run(arguments, capture_output=True).returncode)
shutil.copy(sys.executable, folder + "/mine")
with open(folder + "/script", "w") as file:
    file.write(f"#!{sys.executable}\\n")
os.chmod(folder + "/script", 0o755)
result = {
    "sh": status("/bin/sh", "-c", "true"),
    "a shell": outcome(subprocess.run, "true", shell=True),
    "sh by the loader": status(programs[-1], "/bin/sh", "-c", "true"),
    "a helper": status(helper),
    "a helper by the loader": status(programs[-1], helper),
    "its own program": status(folder + "/mine", "-c", ""),
    "its own script": status(folder + "/script"),
    "python": status(sys.executable, "-I", "-c", "import json"),
}
""",
        folder,
    )

    assert result.pop("python") == 0
    by_loader = [result.pop("sh by the loader"), result.pop("a helper by the loader")]
    assert by_loader == [127, 127]  # the loader starts, and cannot read them
    assert set(result.values()) == {"EACCES"}


def test_programs_are_the_interpreter_and_its_loader():
    programs = landlock.programs()

    assert programs[0] == os.path.realpath(sys.executable)
    assert all(os.access(program, os.X_OK) for program in programs)
    assert len(programs) == 1 or "ld-" in programs[1]


@needs(4)
def test_only_the_ports_of_the_frameworks_can_be_bound(folder):
    result = restricted(
        """
def bind(port, family=socket.AF_INET):
    with socket.socket(family) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        return outcome(one.bind, ("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
result = [bind(port) for port in (8123, 9000, 5432)], bind(8123, socket.AF_INET6), bind(8888), bind(0)
""",
        folder,
    )

    assert result[0] == ["EACCES"] * 3
    assert result[1] in ("EACCES", "EADDRNOTAVAIL", "EAFNOSUPPORT")
    assert result[2] in ("ok", "EADDRINUSE")
    assert result[3] == "ok"


@needs(4)
def test_own_servers_can_be_reached_at_any_port(folder):
    assert (
        restricted(
            """
with socket.create_server(("127.0.0.1", 0)) as listener:
    socket.create_connection(listener.getsockname()).close()
result = "reached"
""",
            folder,
        )
        == "reached"
    )


@needs(6)
def test_nothing_outside_can_be_signalled_or_reached_by_an_abstract_name(folder):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0fieldguide-{os.getpid()}")
        listener.listen()
        signalled, reached, own = restricted(
            f"""
import signal
def child():
    pid = os.fork()
    if not pid:
        signal.pause()
    os.kill(pid, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
with socket.socket(socket.AF_UNIX) as one:
    reached = outcome(one.connect, "\\0fieldguide-{os.getpid()}")
result = outcome(os.kill, {os.getpid()}, 0), reached, child()
""",
            folder,
        )

    assert signalled == "EPERM"
    assert reached == "EPERM"
    assert own == -15


def test_processes_and_their_means_work(folder):
    """multiprocessing by fork and spawn with its locks, asyncio's processes, and what asks programs for the machine."""
    script = folder / "program.py"
    script.write_text(
        """
import asyncio, ctypes.util, multiprocessing, platform, subprocess, sys, tempfile
tempfile.tempdir = sys.argv[1]

def double(number):
    return 2 * number

async def child():
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(7)", stdout=subprocess.PIPE)
    return (await process.communicate())[0]

if __name__ == "__main__":
    assert asyncio.run(child()) == b"7\\n"
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(double, [1, 2]) == [2, 4]
        with context.Manager() as manager:
            assert list(manager.list([1])) == [1]
    assert ctypes.util.find_library("no such library") is None
    ctypes.util.find_library("c")
    platform.processor(), platform.platform(), platform.libc_ver()
    print("done")
"""
    )

    assert (
        restricted(
            f"""
import subprocess
done = subprocess.run([sys.executable, {str(script)!r}, folder], capture_output=True, text=True)
result = done.stdout + done.stderr
""",
            folder,
            before='writable = (*writable, "/dev/shm")',
        )
        == "done\n"
    )


def test_restrict_leaves_no_descriptor_open(folder):
    before, after = run(
        f'{RESTRICTED}\nbefore = os.listdir("/proc/self/fd"); restrict(); result = before, os.listdir("/proc/self/fd")',
        folder,
    )

    assert before == after


@pytest.mark.parametrize("version", range(1, landlock.abi() + 1))
def test_older_versions_hold_what_they_know(version, folder):
    """An older kernel's rules, which newer ones take as well."""
    used, secret, moved, truncated, device, bound, signalled = run(
        f"""
{RESTRICTED}
import fcntl
landlock.abi = lambda: {version}
os.makedirs(folder + "/a")
os.makedirs(folder + "/b")
open(folder + "/a/file", "w").close()
result = [
    restrict(),
    outcome(open, folder + "/../secret"),
    outcome(os.rename, folder + "/a/file", folder + "/b/file"),
    outcome(os.truncate, folder + "/../secret", 3),
    outcome(lambda: fcntl.ioctl(os.open("/dev/urandom", os.O_RDONLY), 0x80045200, bytes(4)) and None),
    outcome(lambda: socket.create_server(("127.0.0.1", 0)).close() or socket.socket().bind(("127.0.0.1", 65000))),
    outcome(os.kill, {os.getpid()}, 0),
]
""",
        folder,
    )

    assert used == version
    assert secret == "EACCES"
    assert moved == ("ok" if version >= 2 else "EXDEV")
    assert truncated == ("EACCES" if version >= 3 else "ok")
    assert bound == ("EACCES" if version >= 4 else "ok")
    assert device == ("EACCES" if version >= 5 else "ok")
    assert signalled == ("EPERM" if version >= 6 else "ok")
