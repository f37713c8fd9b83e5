"""Warm starts: one supervisor, real zygotes, real jobs. Whatever dies, a job ends with what its program did."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox import Ending, Interrupted, judge, supervision
from sandbox.interpreter import PROJECT_ROOT
from sandbox.supervision import ALREADY_RUNNING
from sandbox.tests.programs import app_job, job
from sandbox.tests.supervised import supervised, wait_for

SLOW = """
import time

def app(environ, start_response):
    time.sleep(1.5)
    start_response("200 OK", [])
    return [b"slow"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "sandbox.sock"))
    return tmp_path


@pytest.fixture
def supervisor(folder):
    with supervised(folder) as one:
        yield one


def hello(report):
    return (report.ending, [json.loads(observation.body) for observation in report.observations])


HELLO = (Ending.FINISHED, [{"message": "hello"}])


def test_first_job_starts_cold_and_the_next_ones_warm(supervisor):
    first = judge(app_job("flask", "/"))
    supervisor.warm("flask")
    others = [judge(app_job("flask", "/")) for _ in range(3)]

    assert [hello(report) for report in (first, *others)] == [HELLO] * 4
    assert [report.is_warm for report in (first, *others)] == [False, True, True, True]
    (zygote,) = supervisor.zygotes("flask")
    assert (zygote["jobs"], zygote["state"], zygote["running"]) == (3, "ready", 0)
    assert zygote["memory_bytes"] > 0


def test_without_a_supervisor_jobs_start_cold(folder):
    report = judge(app_job("flask", "/"))

    assert (hello(report), report.is_warm) == (HELLO, False)


def test_socket_of_a_dead_supervisor_is_replaced_and_only_its_user_may_connect(supervisor):
    supervisor.warm("python")
    supervisor.stop(signal.SIGKILL)
    assert (hello(judge(app_job("flask", "/")))) == HELLO

    supervisor.start()

    assert stat.S_IMODE(supervisor.path.stat().st_mode) == 0o600
    assert supervisor.warm("python")["jobs"] == 0


def test_socket_may_have_a_long_path(tmp_path, monkeypatch):
    folder = tmp_path.joinpath(*["long" * 10] * 3)
    monkeypatch.setenv("SANDBOX_SOCKET", str(folder / "sandbox.sock"))
    folder.mkdir(parents=True)

    with supervised(folder) as supervisor:
        supervisor.warm("python")
        report = judge(job(SLOW, framework="python"))

    assert (report.ending, report.is_warm) == (Ending.FINISHED, True)


def test_supervisor_stops_at_once(supervisor):
    supervisor.warm("python")
    started = time.monotonic()

    assert supervisor.stop() == 0
    assert time.monotonic() - started < 0.9  # a tick takes a second


def test_lease_is_renewed_while_a_start_takes_long(supervisor):
    """A zygote that does not answer: the judge asks all the while whether to go on, and stops when told so."""
    os.kill(supervisor.warm("python")["pid"], signal.SIGSTOP)
    asked = []

    def keep_going():
        asked.append(time.monotonic())
        return len(asked) < 4

    # The child that waits in advance takes the first job; the zygote would have to fork for the second one.
    reports = [judge(job(SLOW, framework="python"))]
    with pytest.raises(Interrupted):
        judge(job(SLOW, framework="python"), keep_going=keep_going)

    assert [report.is_warm for report in reports] == [True]
    assert len(asked) == 4


def test_second_supervisor_on_a_socket_ends_at_once(supervisor):
    second = supervision.start(supervisor.path)

    assert second.wait(timeout=30) == ALREADY_RUNNING
    assert supervisor.status() is not None


def test_supervisor_ends_with_its_parent_and_takes_its_zygotes_along(folder):
    starter = (
        "import sys, time; from sandbox import supervision; from pathlib import Path;"
        "print(supervision.start(Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    )
    path = folder / "sandbox.sock"
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(path)], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        status = wait_for(lambda: supervision.status(path), "an answer of the supervisor")
        supervision.lease("python")
        zygote = wait_for(
            lambda: [one["pid"] for one in (supervision.status(path) or {})["zygotes"] if one["pid"]], "a zygote"
        )[0]
        parent.kill()

    for pid in (status["pid"], zygote):
        wait_for(lambda pid=pid: not Path(f"/proc/{pid}/ns/pid").exists(), f"the end of {pid}")


def test_zygote_is_replaced_after_its_number_of_jobs(folder):
    with supervised(folder, SANDBOX_ZYGOTE_JOBS="2") as supervisor:
        before = supervisor.warm("flask")
        reports = []

        def is_replaced():
            reports.append(judge(app_job("flask", "/")))
            return before["pid"] not in [one["pid"] for one in supervisor.zygotes("flask")]

        wait_for(is_replaced, "a new zygote")

        assert len(reports) > 2
        assert all(report.is_warm for report in reports)  # the old one serves until the new one can
        assert [one["state"] for one in supervisor.zygotes("flask")] == ["ready"]
        wait_for(lambda: not Path(f"/proc/{before['pid']}").exists(), "the end of the old zygote")
        assert judge(app_job("flask", "/")).is_warm


def test_successor_takes_over_when_the_one_before_it_dies(folder):
    with supervised(folder, SANDBOX_ZYGOTE_JOBS="1") as supervisor:
        before = supervisor.warm("flask")
        assert judge(app_job("flask", "/")).is_warm
        os.kill(before["pid"], signal.SIGKILL)
        wait_for(
            lambda: (
                [one["state"] for one in supervisor.zygotes("flask")] == ["ready"]
                and supervisor.warm("flask")["pid"] != before["pid"]
            ),
            "the successor alone",
        )

        assert (supervisor.status() or {})["starts"] == {"flask": 2}
        assert judge(app_job("flask", "/")).is_warm


def test_memory_budget_keeps_the_zygote_used_last(folder):
    with supervised(folder, SANDBOX_ZYGOTE_MEMORY="30") as supervisor:
        supervisor.warm("flask")
        supervision.lease("fastapi")
        wait_for(lambda: not supervisor.zygotes("flask"), "the end of the zygote used longest ago")

        assert [one["profile"] for one in (supervisor.status() or {})["zygotes"]] in (["fastapi"], [])
        assert hello(judge(app_job("flask", "/"))) == HELLO


@pytest.mark.parametrize("victim", ["zygote", "supervisor"])
def test_job_survives_the_death_of(victim, supervisor):
    zygote = supervisor.warm("python")
    reports = []
    judging = threading.Thread(target=lambda: reports.append(judge(job(SLOW, framework="python"))))
    judging.start()
    wait_for(lambda: any(one["running"] for one in supervisor.zygotes("python")), "the start of the job")
    time.sleep(0.3)
    os.kill(zygote["pid"] if victim == "zygote" else supervisor.process.pid, signal.SIGKILL)
    judging.join()

    (report,) = reports
    assert (report.ending, report.is_warm) == (Ending.FINISHED, False)
    assert [observation.body for observation in report.observations] == [b"slow"]


def test_zygote_that_died_is_replaced_and_the_fault_counted(supervisor):
    before = supervisor.warm("python")

    os.kill(before["pid"], signal.SIGKILL)
    wait_for(lambda: not supervisor.zygotes("python"), "the end of the zygote")
    after = supervisor.warm("python")

    assert after["pid"] != before["pid"]
    assert (supervisor.status() or {})["faults"] == {"end": 1}


def test_judge_that_dies_takes_its_job_along(supervisor):
    supervisor.warm("python")
    program = (
        "from sandbox import judge; from sandbox.tests.programs import job;"
        "judge(job('import time\\ntime.sleep(60)', framework='python', wall_seconds=60))"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT_ROOT) as judging:
        wait_for(lambda: any(one["running"] for one in supervisor.zygotes("python")), "the start of the job")
        zygote = supervisor.zygotes("python")[0]["pid"]
        time.sleep(0.5)
        busy = descendants(zygote)
        judging.kill()

    wait_for(lambda: len(descendants(zygote)) < len(busy), "the end of the job")
    assert [(one["running"], one["state"]) for one in supervisor.zygotes("python")] == [(0, "ready")]


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children] + [one for child in children for one in descendants(int(child))]


def test_jobs_of_one_zygote_run_beside_each_other(supervisor):
    supervisor.warm("python")
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(judge(job(SLOW, framework="python")))) for _ in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(report.ending, report.is_warm) for report in reports] == [(Ending.FINISHED, True)] * 4
    assert time.monotonic() - started < 4 * 1.5


@pytest.mark.parametrize(
    "message",
    [b"", b"{", b"[]", b"1", b'{"job": true}', b'{"fault": "x"}', b'{"lease": ["flask"]}', b"\xff" * 100],
    ids=lambda message: message.decode(errors="replace")[:20],
)
def test_strange_message_does_no_harm(supervisor, message):
    before = pipes_of(supervisor.process.pid)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(str(supervisor.path))
        connection.send(message)
        read, write = os.pipe()
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have hung up
            socket.send_fds(connection, [message or b"x"], [read, write])
        os.close(read)
        os.close(write)

        assert supervisor.status() is not None
    wait_for(lambda: pipes_of(supervisor.process.pid) == before, "the end of the pipes that were sent")


def pipes_of(pid):
    found = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found += [descriptor] if "pipe" in os.readlink(descriptor) else []
    return found


@pytest.mark.parametrize("name", ["SANDBOX_ZYGOTE_MEMORY", "SANDBOX_ZYGOTE_JOBS"])
@pytest.mark.parametrize("value", ["much", "-1", "1.5", "99999999999"])
def test_bad_setting_is_named(tmp_path, name, value):
    result = subprocess.run(
        [sys.executable, "-m", "sandbox.supervisor", str(tmp_path / "socket")],
        cwd=PROJECT_ROOT,
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert result.returncode == 1
    assert f"{name} is {value!r}" in result.stderr
    assert "Traceback" not in result.stderr
