"""The same request by many clients at once: what tells a program that waits from one that blocks."""

import pytest

from sandbox import Burst, Ending, HttpProbe, Job, Limits, judge
from sandbox.tests.programs import app_job

GET = HttpProbe("GET", "/")
SLOW = """
import time
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
import asyncio
app = FastAPI()
calls = 0
@app.get("/blocks")
async def blocks():
    time.sleep(0.05)
@app.get("/waits")
async def waits():
    await asyncio.sleep(0.05)
@app.get("/counts")
async def counts():
    global calls
    calls += 1
    return calls
@app.get("/breaks")
async def breaks():
    global calls
    calls += 1
    if calls > 5:
        raise KeyError(calls)
    return calls
"""


def burst(source, path, clients, attempts=3, framework="fastapi", **limits):
    probes = [Burst(HttpProbe("GET", path), clients, attempts), GET]
    return judge(
        Job(
            kind="http", framework=framework, files={"main.py": source.encode()}, probes=probes, limits=Limits(**limits)
        )
    )


def test_a_program_that_waits_is_told_from_one_that_blocks():
    blocking = burst(SLOW, "/blocks", 20).observations[0]
    waiting = burst(SLOW, "/waits", 20).observations[0]

    assert [(one.error, len(one.answers)) for one in (blocking, waiting)] == [("", 20)] * 2
    assert {answer.status for one in (blocking, waiting) for answer in one.answers} == {200}
    assert blocking.elapsed_ms >= 20 * 50
    assert 50 <= waiting.elapsed_ms < 20 * 50 / 2


def test_a_burst_is_one_request_and_then_attempts_by_all_clients():
    first, other = burst(SLOW, "/counts", 5, attempts=4).observations

    counted = sorted(int(answer.body) for answer in first.answers)
    assert counted in ([n + k for n in range(5)] for k in (2, 7, 12, 17))
    assert (first.status, first.headers, first.body) == (None, (), b"")
    assert other.status == 404  # the probes after it are asked as ever


def test_all_clients_are_connected_at_once():
    source = """
import threading
everybody = threading.Barrier(50)
is_warm = False
def app(environ, start_response):
    global is_warm
    if is_warm:
        everybody.wait(8)
    is_warm = environ["PATH_INFO"] == "/together"
    start_response("200 OK", [])
    return [b"done"]
"""
    files = {"main.py": source.encode()}
    probes = [Burst(HttpProbe("GET", "/together"), 50, 1)]

    report = judge(Job(kind="http", framework="python", files=files, probes=probes))

    assert [answer.body for answer in report.observations[0].answers] == [b"done"] * 50


@pytest.mark.parametrize(("good", "statuses"), [(0, [500]), (1, [500] * 10), (11, [500] * 10)])
def test_a_burst_ends_with_a_server_error(good, statuses):
    source = SLOW.replace("calls > 5", f"calls > {good}").replace("KeyError(calls)", "KeyError('x' * 300)")

    report = burst(source, "/breaks", 10, attempts=10)

    first, _ = report.observations
    assert (report.ending, len(first.answers)) == (Ending.FINISHED, max(1, len(statuses)))
    assert report.stderr.count(b"KeyError: ") == len(statuses)
    if good < 11:  # else the first attempt, in which all went well, may have been the faster one
        assert sorted(answer.status for answer in first.answers) == statuses


def test_answers_that_are_errors_are_answers():
    first, _ = burst(SLOW, "/breaks", 10, attempts=1).observations

    assert sorted(answer.status for answer in first.answers) == [200] * 4 + [500] * 6
    assert (first.error, b"KeyError" in first.stderr) == ("", True)


@pytest.mark.parametrize(
    ("line", "limits", "ending", "errors"),
    [
        ("os._exit(3)", {}, Ending.EXITED, {"closed", "refused"}),
        ("time.sleep(100)", {"wall_seconds": 2}, Ending.TIMED_OUT, {"timeout"}),
        ("while True: pass", {"cpu_seconds": 1}, Ending.TIMED_OUT, {"timeout"}),
        ("os.kill(os.getpid(), 9)", {}, Ending.SIGNALLED, {"closed", "refused"}),
    ],
)
def test_a_burst_that_ends_the_job_is_reported_as_far_as_it_came(line, limits, ending, errors):
    source = f"""
import os, time
calls = 0
def app(environ, start_response):
    global calls
    calls += 1
    if calls > 3:
        {line}
    start_response("200 OK", [])
    return [b""]
"""
    report = burst(source, "/", 4, framework="python", **limits)

    assert report.ending is ending
    (observation,) = report.observations
    assert observation.error in errors
    assert {answer.error for answer in observation.answers} <= {"", *errors}


def test_a_burst_at_a_program_that_answers_nothing_stops_after_the_first_request():
    report = burst("def app(e, s):\n    import os\n    os._exit(0)", "/", 50, framework="python")

    (observation,) = report.observations
    assert (observation.error, len(observation.answers)) == ("closed", 1)


def test_as_many_sockets_as_a_job_can_have_are_there():
    probes = [Burst(GET, 50, 6), *[Burst(GET, 50, 3)] * 4, *[GET] * 90]
    job = Job(
        kind="http", framework="flask", files=app_job("flask").files, probes=probes, limits=Limits(cpu_seconds=30)
    )

    assert job.sockets == 995
    report = judge(job)

    assert report.ending is Ending.FINISHED
    assert {one.error for one in report.observations} == {""}
