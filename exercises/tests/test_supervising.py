"""Keeping a supervisor up, with real processes; one that does as the test says stands in for the sandbox's own."""

import fcntl
import itertools
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from exercises import supervising
from exercises.supervising import Keeper

ALREADY_RUNNING = 75
SUPERVISOR = """
import fcntl, socket, sys, time
path, seconds, status = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
lock = open(path + ".lock", "w")
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(75)
if seconds:
    time.sleep(seconds)
    sys.exit(status)
import os
if os.path.exists(path):
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
while True:
    listener.accept()[0].sendall(str(os.getpid()).encode())
"""


class Supervision:
    """Like sandbox.supervision; `dies` makes those that are started from now on end by themselves."""

    ALREADY_RUNNING = ALREADY_RUNNING

    def __init__(self):
        self.started = []
        self.dies = (0.0, 0)  # after how many seconds, with which status

    def start(self, path):
        arguments = [str(path), *map(str, self.dies)]
        self.started.append(subprocess.Popen([sys.executable, "-I", "-S", "-c", SUPERVISOR, *arguments]))
        return self.started[-1]

    def status(self, path):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(path))
                said = connection.recv(100)
            except OSError:
                return None
        return {"pid": int(said)} if said else None


@pytest.fixture
def supervision():
    supervision = Supervision()
    yield supervision
    for process in supervision.started:
        process.kill()
        process.wait()


@pytest.fixture
def keep(tmp_path, supervision):
    """Makes keepers of the supervisor at one path."""
    keepers = []

    def keep():
        keepers.append(Keeper(supervision, tmp_path / "sandbox.sock"))
        return keepers[-1]

    yield keep
    for keeper in keepers:
        keeper.stop()


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(supervising, "BACKOFF_SECONDS", (0.05, 0.1, 0.4))
    monkeypatch.setattr(supervising, "LOOK_SECONDS", 0.05)


def look_until(condition, *keepers, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        for keeper in keepers:
            keeper.look()
        time.sleep(0.02)


def test_one_that_is_missing_is_started_and_left_alone(keep, supervision):
    keeper = keep()

    look_until(lambda: keeper.status, keeper)
    for _ in range(5):
        keeper.look()

    assert keeper.status == {"pid": supervision.started[0].pid}
    assert (len(supervision.started), keeper.deaths) == (1, 0)


def test_one_that_is_killed_is_replaced(keep, supervision, caplog):
    keeper = keep()
    look_until(lambda: keeper.status, keeper)
    first = keeper.status

    os.kill(first["pid"], signal.SIGKILL)
    look_until(lambda: keeper.status not in (None, first), keeper)

    assert (len(supervision.started), keeper.deaths, keeper.failures) == (2, 1, 1)
    assert "the supervisor of the sandbox ended with status -9" in caplog.text


def test_one_that_keeps_ending_is_started_at_growing_intervals(keep, supervision, caplog):
    supervision.dies = (0.001, 1)
    keeper = keep()
    starts = []
    began = time.monotonic()
    while time.monotonic() - began < 2.5:
        before = len(supervision.started)
        keeper.look()
        starts += [time.monotonic()] * (len(supervision.started) - before)
        time.sleep(0.01)

    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(pauses) >= 3
    assert [pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.4, 0.4, 0.4, 0.4, 0.4), strict=False)] == [
        True
    ] * len(pauses)
    assert [record.levelname for record in caplog.records if "ended with status 1" in record.message].count(
        "ERROR"
    ) == 1


def test_one_that_ran_for_long_starts_the_row_afresh(keep, supervision, monkeypatch):
    monkeypatch.setattr(supervising, "STEADY_SECONDS", 0)
    supervision.dies = (0.001, 1)
    keeper = keep()

    look_until(lambda: keeper.deaths == 4, keeper)

    assert keeper.failures == 1


def test_one_that_hangs_is_killed_and_replaced(keep, supervision, monkeypatch):
    monkeypatch.setattr(supervising, "ANSWER_SECONDS", 0.5)
    keeper = keep()
    look_until(lambda: keeper.status, keeper)

    monkeypatch.setattr(supervision, "status", lambda path: None)
    look_until(lambda: len(supervision.started) == 2, keeper)

    assert supervision.started[0].wait(5) == -signal.SIGKILL


def test_two_workers_have_one_and_the_other_takes_over(keep, supervision):
    first, second = keep(), keep()
    look_until(lambda: first.status and second.status, first, second)
    assert first.status == second.status
    look_until(lambda: None in (first.process, second.process), first, second)
    owner, other = (first, second) if first.process else (second, first)
    assert (owner.process.pid, owner.deaths, other.deaths) == (owner.status["pid"], 0, 0)

    owner.stop()
    look_until(lambda: other.status not in (None, owner.status), other)

    assert other.process.pid == other.status["pid"]
    assert [process.poll() for process in supervision.started[:-1]].count(None) == 0


def test_losing_the_race_for_the_lock_is_no_fault(keep, supervision, caplog):
    caplog.set_level("INFO")
    keeper = keep()
    with open(f"{keeper.path}.lock", "w") as lock:  # the other worker's has it, and does not answer yet
        fcntl.flock(lock, fcntl.LOCK_EX)
        look_until(lambda: len(supervision.started) >= 3, keeper)

    assert (keeper.deaths, keeper.failures, caplog.messages) == (0, 0, [])


def test_stop_ends_ours_and_no_more_is_started(keep, supervision):
    keeper = keep()
    look_until(lambda: keeper.status, keeper)

    keeper.stop()
    keeper.look()
    keeper.look()

    assert [process.returncode for process in supervision.started] == [-signal.SIGTERM]


def test_stop_leaves_the_one_of_another_worker(keep, supervision):
    first = keep()
    look_until(lambda: first.status, first)
    second = keep()
    second.look()

    second.stop()
    first.look()

    assert first.status == {"pid": supervision.started[0].pid}
