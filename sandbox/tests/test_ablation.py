"""What each layer is for: the same program with all of them, and with one left out, which lets it do what it tries.

Its attacks are those that one layer alone stops. Where several stand in the way (a new device, host files, the host's
network), leaving one out shows nothing, and that is the purpose of having several.
"""

import json
from pathlib import Path

import pytest

from sandbox import Ending, SandboxUnavailable, attacking, judge, verification, zygote
from sandbox.harness import landlock
from sandbox.tests.programs import job

pytestmark = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock, so nothing runs here")

# Each raises an error where it is stopped.
PROGRAM = """
import ctypes, fcntl, json, os, resource, socket, sys

libc = ctypes.CDLL(None, use_errno=True)
ATTACKS = {}

def attack(function):
    ATTACKS[function.__name__.replace("_", " ")] = function

def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result

def status_of(*arguments):
    "The exit status of another program; raises OSError if it does not start."
    return os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(arguments[0], arguments, {}), 0)[1])

def loader():
    with open("/proc/self/maps") as file:
        return next("/" + line.partition("/")[2].strip() for line in file if "/ld-" in line)

# What the filter stops.

@attack
def make_a_memory_file():
    os.memfd_create("x")

@attack
def start_a_program_from_memory():
    with open(loader(), "rb") as file, open(os.memfd_create("x"), "wb") as memory:
        memory.write(file.read())
        memory.flush()
        assert status_of(f"/proc/self/fd/{memory.fileno()}", "--version") == 0

@attack
def talk_to_the_kernels_network():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()

@attack
def keep_shared_memory():
    check(libc.shmget(0, 4096, 0o1600))

@attack
def keep_a_message_queue():
    check(libc.msgget(0, 0o1600))

@attack
def slow_pid_1_down():
    os.setpriority(os.PRIO_PROCESS, 1, 19)

@attack
def choose_a_processor_for_pid_1():
    os.sched_setaffinity(1, os.sched_getaffinity(1))

@attack
def set_limits_of_pid_1():
    resource.prlimit(1, resource.RLIMIT_CORE, (0, 0))

@attack
def enlarge_a_pipe():
    fcntl.fcntl(os.pipe()[1], fcntl.F_SETPIPE_SZ, 1 << 18)

@attack
def enlarge_a_socket():
    one = socket.socketpair()[0]
    before = one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, before // 4)
    assert one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) != before

@attack
def keep_a_key():
    number = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
    check(libc.syscall(number, b"user", b"name", b"secret", ctypes.c_size_t(6), -2))  # the process's keyring

# What Landlock stops.

@attack
def start_a_shell():
    assert status_of("/bin/sh", "-c", "exit 0") == 0

@attack
def start_a_shell_by_the_loader():
    assert status_of(loader(), "/bin/sh", "-c", "exit 0") == 0

@attack
def read_a_program_of_the_host():
    with open("/bin/sh", "rb") as file:
        file.read(1)

@attack
def list_the_root_folder():
    os.listdir("/")

@attack
def listen_on_another_port():
    socket.create_server(("127.0.0.1", 9000)).close()

@attack
def be_the_last_to_go_when_memory_runs_out():
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("0")

achieved = []
for name, function in ATTACKS.items():
    try:
        function()
    except (OSError, AssertionError, ValueError):
        continue
    achieved.append(name)

def app(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps([sorted(ATTACKS), sorted(achieved)]).encode()]
"""

STOPPED_BY_SECCOMP = {
    "make a memory file",
    "start a program from memory",
    "talk to the kernels network",
    "keep shared memory",
    "keep a message queue",
    "slow pid 1 down",
    "choose a processor for pid 1",
    "set limits of pid 1",
    "enlarge a pipe",
    "enlarge a socket",
    "keep a key",
}
STOPPED_BY_LANDLOCK = {
    "start a shell",
    "start a shell by the loader",
    "read a program of the host",
    "list the root folder",
    "listen on another port",
    "be the last to go when memory runs out",
}


@pytest.fixture(autouse=True)
def cold(monkeypatch, tmp_path):
    """A supervisor on this machine would lend zygotes with every layer."""
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "nobody"))


def achieved_without(monkeypatch, *layers):
    """What the program tries, and what it can do with these layers left out."""
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", layers)
    report = judge(job(PROGRAM))
    assert report.ending is Ending.FINISHED, (report.detail, report.stderr.decode())
    tried, achieved = json.loads(report.observations[0].body)
    return set(tried), set(achieved)


@pytest.mark.parametrize(
    ("layer", "attacks"),
    [("seccomp", STOPPED_BY_SECCOMP), ("landlock", STOPPED_BY_LANDLOCK)],
    ids=["seccomp", "landlock"],
)
def test_attacks_fail_with_every_layer_and_succeed_without_theirs(layer, attacks, monkeypatch):
    if layer == "landlock" and landlock.abi() < 4:
        attacks = attacks - {"listen on another port"}

    tried, with_all = achieved_without(monkeypatch)
    _, without = achieved_without(monkeypatch, layer, "proof")

    assert tried == STOPPED_BY_SECCOMP | STOPPED_BY_LANDLOCK
    assert with_all == set()
    assert without == attacks


@pytest.mark.attack
@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ("seccomp", "memory_files"),
        ("seccomp", "socket_families"),
        ("seccomp", "limits_of_init"),
        ("seccomp", "debugging"),
        ("seccomp", "foreign_calls"),
        ("landlock", "another_port"),
        ("landlock", "written_programs"),
    ],
)
def test_attack_of_the_collection_is_not_held_off_without_its_layer(layer, name, monkeypatch):
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", (layer, "proof"))
    (attack,) = (attack for attack in attacking.attacks() if attack.name == name)

    outcome = attacking.run(attack)

    if outcome.skipped:
        pytest.skip(outcome.said)
    assert not outcome.held
    assert "host's" not in outcome.said, "another layer kept it from the host"


@pytest.mark.parametrize(("layer", "said"), [("seccomp", "Seccomp"), ("landlock", "Landlock does not hold")])
def test_harness_refuses_a_job_that_lacks_a_layer(layer, said, monkeypatch):
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", (layer,))

    with pytest.raises(SandboxUnavailable, match=said):
        judge(job("app = lambda environ, start_response: []"))


@pytest.mark.parametrize("layer", ["seccomp", "landlock"])
def test_verification_notices_a_layer_that_is_missing(layer, monkeypatch):
    """Even if the harness did not."""
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", (layer, "proof"))

    missing = {finding.layer.lower() for finding in verification.examine().missing}

    assert layer in missing


def test_nothing_that_runs_leaves_a_layer_out():
    """The list is written in one place, is empty, and no setting or variable changes it."""
    assert zygote.SKIPPED_LAYERS == ()
    sources = Path(zygote.__file__).parent.glob("*.py")
    assert [path.name for path in sources if "SKIPPED_LAYERS" in path.read_text()] == ["zygote.py"]
