"""One hostile program a file in attacks/, each of which states in its docstring what may come of it:

accept      the endings, one of which it must have
answer      the JSON that GET / must answer: usually the list of what it achieved, which must be empty
errors      the errors, one of which the first observation must have
exit_code   what it must exit with
machine     the only architecture for which it was written
wall_seconds, cpu_seconds    limits of its own, where it would only wait for the usual ones

After each one a normal program must pass at once, and the host must be as it was.
"""

import json
import os
import platform
import re
import socket
import threading
import time
from pathlib import Path

import pytest

from sandbox import Ending, judge
from sandbox.tests.programs import app_job, job

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
STATEMENT = re.compile(r"^(accept|answer|errors|exit_code|machine|wall_seconds|cpu_seconds): (.+)$", re.MULTILINE)
MARKER = "fieldguide-marker-7f3a"
USUAL_LIMITS = {"wall_seconds": 6, "cpu_seconds": 1.5}
NEIGHBOUR = "neighbour-secret-91bc"
SYSCTLS = ("kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory", "net/ipv4/tcp_wmem")


@pytest.fixture
def target(tmp_path, monkeypatch):
    """What attacks look for on the host: a listener, Unix sockets, a secret file, a variable. Checked afterwards."""
    secret = tmp_path / "secret"
    secret.write_text(MARKER)
    secret.chmod(0o644)
    monkeypatch.setenv("FIELDGUIDE_SECRET", MARKER)
    abstract = f"fieldguide-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as by_name,
        socket.socket(socket.AF_UNIX) as by_path,
    ):
        by_name.bind(f"\0{abstract}")
        by_path.bind(str(tmp_path / "socket"))
        for listener in (by_name, by_path):
            listener.listen()
        before = host_state()
        yield {
            "port": tcp.getsockname()[1],
            "abstract": abstract,
            "socket": str(tmp_path / "socket"),
            "secret": str(secret),
            "marker": MARKER,
            "neighbour": NEIGHBOUR,
        }
        assert host_state() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "socket"]
        for listener in (tcp, by_name, by_path):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()


def host_state():
    return {name: Path("/proc/sys", name).read_text() for name in SYSCTLS}


def processes_inside(uid):
    """Pids of processes of *uid* in another pid namespace than ours."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            if entry.stat().st_uid == uid and (entry / "ns/pid").readlink() != Path("/proc/self/ns/pid").readlink():
                found.add(entry.name)
        except OSError:
            continue
    return found


def wait_until_gone(pids, uid):
    """What is still there of *pids* after a while; jobs of a neighbouring test process end by themselves."""
    deadline = time.monotonic() + 20
    while pids and time.monotonic() < deadline:
        pids &= processes_inside(uid)
        time.sleep(0.05)
    return pids


def statements(path):
    source = path.read_text()
    found = dict(STATEMENT.findall(source.split('"""')[1]))
    assert found.get("accept"), f"{path.name} does not say what it accepts"
    return found


@pytest.mark.attack
@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack_ends_as_stated_and_leaves_nothing_behind(path, target, sandbox_uid):
    stated = statements(path)
    if stated.get("machine", platform.machine()) != platform.machine():
        pytest.skip(f"{path.name} is written for {stated['machine']}")
    limits = {name: float(stated.get(name, usual)) for name, usual in USUAL_LIMITS.items()}

    report = judge(job(path.read_bytes(), files={"target.json": json.dumps(target).encode()}, **limits))

    seen = [(observation.status, observation.body, observation.error) for observation in report.observations]
    assert str(report.ending) in stated["accept"].split(", "), (report.detail, seen, report.stderr[-1000:])
    if "answer" in stated and report.ending is Ending.FINISHED:
        assert [json.loads(observation.body) for observation in report.observations] == [json.loads(stated["answer"])]
    if "errors" in stated and report.observations:
        assert report.observations[0].error in stated["errors"].split(", ")
    if "exit_code" in stated:
        assert report.detail.exit_code == int(stated["exit_code"])
    assert wait_until_gone(processes_inside(sandbox_uid), sandbox_uid) == set()
    assert_a_normal_program_passes()


def assert_a_normal_program_passes():
    report = judge(app_job("flask", "/"))
    assert report.ending is Ending.FINISHED, (report.detail, report.stderr)
    assert [json.loads(observation.body) for observation in report.observations] == [{"message": "hello"}]


@pytest.mark.attack
def test_attack_finds_nothing_of_a_submission_that_runs_beside_it(target):
    beside = f"""
import time
SECRET = {NEIGHBOUR!r}
for path in ("/work/secret", "/tmp/secret", "/dev/shm/secret"):
    with open(path, "w") as file:
        file.write(SECRET)

def app(environ, start_response):
    time.sleep(1.5)
    start_response("200 OK", [])
    return [open("/work/secret").read().encode()]
"""
    reports = []
    neighbour = threading.Thread(target=lambda: reports.append(judge(job(beside))))
    neighbour.start()
    source = (Path(__file__).parent / "attacks" / "neighbours.py").read_bytes()

    attack = judge(job(source, files={"target.json": json.dumps(target).encode()}))
    neighbour.join()

    assert [json.loads(observation.body) for observation in attack.observations] == [[]]
    assert [observation.body for observation in reports[0].observations] == [NEIGHBOUR.encode()]
