"""What operators learn of a run: one line and some counts, however it ends, and nothing that a learner wrote."""

import json
import logging
import re
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.utils.timezone import now

import sandbox
from config.logging import logging_config
from exercises import judging, metrics, redis_client
from exercises.grading import grade
from exercises.models import Run
from exercises.submitting import cancel, submit
from exercises.tests.builders import guest, make_exercise
from sandbox import Ending, supervisor
from sandbox.baseline import BASELINES

pytestmark = pytest.mark.django_db(transaction=True)
Status = Run.Status

SECRET = "xyzzy-of-the-learner"
RIGHT = f"""
print("{SECRET}")
from flask import Flask
app = Flask("{SECRET}")
@app.get("/")
@app.get("/health")
def answer():
    return "ok"
"""
RAISES = f"raise ValueError('{SECRET}')\n"
OF_ANY_LINE = {"logger", "level", "timestamp"}
FIELDS = {
    "event", "run", "purpose", "submission", "exercise", "framework", "status", "verdict", "reason", "ending",
    "isolation", "warm", "queue_wait_ms", "run_ms", "wall_ms", "cpu_ms", "memory_bytes", "tries", "worker",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_silence(monkeypatch):
    monkeypatch.setattr(metrics._silence, "until", 0.0)


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)

    def read():
        found = [record.msg for record in caplog.records if record.name == "exercises.job"]
        return [{name: value for name, value in line.items() if name not in OF_ANY_LINE} for line in found]

    return read


def handed_in(source=RIGHT):
    return submit(owner=guest(), exercise=make_exercise(), files={"main.py": source}).current_run


def counted():
    with redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True) as client:
        return client.hgetall(metrics.KEY)


@pytest.mark.parametrize(
    ("source", "verdict", "reason", "ending"),
    [(RIGHT, "passed", "", "finished"), (RAISES, "crashed", "exception", "exited")],
)
def test_a_verdict_is_told(lines, source, verdict, reason, ending):
    run = handed_in(source)

    grade(run.pk)

    run.refresh_from_db()
    (line,) = lines()
    assert line.keys() == FIELDS
    assert {name: line[name] for name in ("event", "run", "submission", "exercise", "framework", "tries")} == {
        "event": "job",
        "run": str(run.uuid),
        "submission": str(run.submission.uuid),
        "exercise": "health-flask",
        "framework": "flask",
        "tries": 1,
    }
    assert (line["status"], line["verdict"], line["reason"], line["ending"]) == ("done", verdict, reason, ending)
    assert [line[name] for name in ("isolation", "wall_ms", "cpu_ms", "memory_bytes")] == [
        run.level, run.wall_ms, run.cpu_ms, run.memory_bytes
    ]  # fmt: skip
    assert line["run_ms"] > 0
    assert line["run_ms"] >= line["wall_ms"]
    assert line["wall_ms"] > 0 or verdict == "crashed"  # one that ends at once may take less than half of one
    assert 0 <= line["queue_wait_ms"] < 20_000
    assert SECRET in run.stdout + run.details.get("message", "")
    assert SECRET not in json.dumps(line)
    fields = counted()
    assert fields[f"fieldguide_runs|flask|done|{ending}|{verdict}"] == "1"
    assert fields[f"fieldguide_starts|flask|{'warm' if line['warm'] else 'cold'}"] == "1"
    assert fields["fieldguide_run_seconds|flask|sum"] == str(line["run_ms"])
    assert SECRET not in json.dumps(fields)


def unavailable(*args, **kwargs):
    raise sandbox.SandboxUnavailable("bwrap is missing")


def bug(*args, **kwargs):
    raise KeyError(SECRET)


@pytest.mark.parametrize(
    ("judge", "tries_before", "status", "reason"),
    [
        (unavailable, 0, "postponed", "sandbox_unavailable"),
        (unavailable, 4, "broken", "sandbox_unavailable"),
        (bug, 0, "postponed", "internal_error"),
        (bug, 4, "broken", "internal_error"),
    ],
)
def test_a_fault_of_ours_is_told(lines, monkeypatch, judge, tries_before, status, reason):
    monkeypatch.setattr(sandbox, "judge", judge)
    run = handed_in()
    Run.objects.filter(pk=run.pk).update(tries=tries_before)

    grade(run.pk)

    (line,) = lines()
    assert line.keys() == FIELDS
    assert (line["status"], line["verdict"], line["reason"], line["ending"]) == (status, "", reason, "")
    assert (line["tries"], line["wall_ms"], line["warm"]) == (tries_before + 1, None, None)
    assert counted() == {f"fieldguide_runs|flask|{status}|none|none": "1", f"fieldguide_faults|{reason}": "1"}


def end_by(change):
    """In the place of sandbox.judge: somebody else changes the run meanwhile, and the next question notices."""

    def judge(job, *, keep_going, on_progress):
        change(Run.objects.get(status=Status.RUNNING))
        if not keep_going():
            raise sandbox.Interrupted
        raise AssertionError

    return judge


def cancel_it(run):
    cancel(submission=run.submission)


def take_it(run):
    Run.objects.filter(pk=run.pk).update(lease=uuid.uuid4())


@pytest.mark.parametrize(("change", "status"), [(cancel_it, "cancelled"), (take_it, "lost")])
def test_a_run_that_was_taken_from_us_is_told(lines, monkeypatch, change, status):
    monkeypatch.setattr(sandbox, "judge", end_by(change))

    grade(handed_in().pk)

    assert [(line["status"], line["verdict"], line["reason"]) for line in lines()] == [(status, "", "")]
    assert counted() == {f"fieldguide_runs|flask|{status}|none|none": "1"}


@pytest.mark.parametrize(("change", "status"), [(cancel_it, "cancelled"), (take_it, "lost")])
def test_a_result_that_comes_too_late_is_told(lines, monkeypatch, change, status):
    run = handed_in()
    judge = judging.judge

    def judge_slowly(run, **callbacks):
        result = judge(run, **callbacks)
        change(run)
        return result

    monkeypatch.setattr(judging, "judge", judge_slowly)
    grade(run.pk)

    (line,) = lines()
    assert (line["status"], line["verdict"], line["ending"]) == (status, "", "finished")


def test_a_run_that_is_not_there_is_no_job(lines):
    run = handed_in()
    cancel(submission=run.submission)

    grade(run.pk)

    assert (lines(), counted()) == ([], {})


def test_waiting_counts_from_handing_in(lines):
    run = handed_in()
    Run.objects.filter(pk=run.pk).update(created_at=now() - timedelta(seconds=7))

    grade(run.pk)

    assert 7000 <= lines()[0]["queue_wait_ms"] < 20_000


@pytest.mark.parametrize("style", ["json", "text"])
def test_the_line_is_one_line_of_the_log(lines, caplog, style):
    grade(handed_in().pk)
    (record,) = [record for record in caplog.records if record.name == "exercises.job"]
    formatter = logging_config(level="INFO", style=style)["formatters"]["line"]
    make = formatter.pop("()")

    text = make(**formatter).format(record)

    assert "\n" not in text
    if style == "json":
        assert json.loads(text).items() >= lines()[0].items()


def test_redis_being_away_costs_the_count_and_no_time(valkey, lines):
    first, second = handed_in(), None
    redis_client.client().ping()
    valkey.stop()
    try:
        grade(first.pk)
        second = Run.objects.get(pk=first.pk)
        began = time.monotonic()
        for _ in range(1000):
            assert not metrics.count(metrics.FAULTS, kind="internal_error")
        seconds = time.monotonic() - began
    finally:
        valkey.start()

    assert (second.status, [line["status"] for line in lines()]) == (Status.DONE, ["done"])
    assert seconds < 0.5
    assert counted() == {}


def test_operations_describe_every_field():
    text = (Path(__file__).resolve().parent.parent.parent / "docs" / "operations.md").read_text()
    table = text[text.index("### A line for each run") :].partition("\n## ")[0]
    documented = {name for cell in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`(\w+)`", cell)}

    assert documented == FIELDS - {"event"}


def test_words_are_those_of_the_sandbox():
    assert set(metrics.ENDINGS) == {ending.value for ending in Ending}
    assert {*BASELINES, supervisor.OTHER} <= metrics.PROFILES
