"""Nothing accepted is lost: real processes are killed, stopped and restarted while submissions are under way."""

import os
import shutil
import signal
import time

import pytest

from config.tests.site import ROOT, Site, wait_for
from sandbox import supervision

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

RIGHT = """
from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"message": "Hello from Flask"}
"""
SLOW = "import time\ntime.sleep(2)\n" + RIGHT
RESULT = {"status": "done", "verdict": "passed"}


@pytest.fixture
def site(tmp_path, prepared_database):
    with Site(tmp_path, RUN_LEASE_SECONDS="3", WORKER_CONCURRENCY="2") as site:
        shutil.copy(prepared_database, site.database)
        site.start("broker", "web")
        yield site


def result(submission):
    return {name: submission[name] for name in RESULT}


def runs(site, uuid):
    """What the rows say: the status of each run of the submission, and how often it was claimed."""
    rows = f"Run.objects.filter(submission__uuid='{uuid}').values_list('status', 'tries')"
    return site.shell(f"from exercises.models import Run; print(list({rows}))")


def test_worker_killed_in_mid_run(site):
    site.start("worker", "beat")
    submissions = [site.submit("hello-flask", SLOW)["id"] for _ in range(4)]
    site.wait_until_running(submissions[0])

    site.kill("worker")
    site.start("worker")

    assert [result(site.final(uuid)) for uuid in submissions] == [RESULT] * 4
    assert runs(site, submissions[0]) == "[('done', 2)]"


def test_broker_restarted_empty_while_runs_are_queued(site):
    submissions = [site.submit("hello-flask", RIGHT)["id"] for _ in range(3)]

    site.kill("broker")
    (site.folder / "valkey.sock").unlink()
    site.start("broker", "worker", "beat")

    assert [result(site.final(uuid)) for uuid in submissions] == [RESULT] * 3


def test_submission_is_accepted_while_the_broker_is_away(site):
    site.kill("broker")
    (site.folder / "valkey.sock").unlink()

    started = time.monotonic()
    uuid = site.submit("hello-flask", RIGHT)["id"]
    seconds = time.monotonic() - started
    site.start("broker", "worker", "beat")

    assert seconds < 5
    assert result(site.final(uuid)) == RESULT


def test_task_delivered_twice_is_judged_once(site):
    uuid = site.submit("hello-flask", SLOW)["id"]
    site.shell(
        "from exercises.models import Run; from exercises.tasks import judge_run\n"
        f"judge_run.delay(Run.objects.get(submission__uuid='{uuid}').pk)",
    )

    site.start("worker")

    assert result(site.final(uuid)) == RESULT
    assert runs(site, uuid) == "[('done', 1)]"


def test_slow_worker_cannot_overwrite_the_result_of_another(site):
    site.start("worker", "beat")
    uuid = site.submit("hello-flask", SLOW)["id"]
    site.wait_until_running(uuid)
    site.signal("worker", signal.SIGSTOP)  # it holds the lease and does nothing

    site.start("worker-two")
    first = site.final(uuid)
    site.signal("worker", signal.SIGCONT)
    other = site.final(site.submit("hello-flask", RIGHT)["id"])
    time.sleep(3)  # the slow worker finishes its run in this time

    assert (result(first), result(other)) == (RESULT, RESULT)
    assert site.submission(uuid) == first
    assert runs(site, uuid) == "[('done', 2)]"


def test_web_killed_right_after_it_accepted(site):
    uuid = site.submit("hello-flask", RIGHT)["id"]
    site.kill("web")

    site.start("worker", "beat", "web")

    assert result(site.final(uuid)) == RESULT


def test_without_isolation_nothing_runs_and_readiness_says_why(site):
    site.environment |= {"LEARNER_PYTHON": "/nonexistent/python", "RUN_MAX_TRIES": "2"}
    site.start("worker", "beat")

    broken = site.final(site.submit("hello-flask", RIGHT)["id"])
    # The worker says that it lives before it has checked its sandbox.
    wait_for(lambda: "LEARNER_PYTHON" in site.ready().json()["checks"]["sandbox"]["detail"], "the worker's reason")

    assert (broken["status"], broken["verdict"], broken["stdout"]) == ("broken", None, "")
    assert "not your fault" in broken["message"].lower() or "our fault" in broken["message"].lower()
    assert site.ready().status_code == 503


def supervisor(site):
    """The process of the machine's supervisor, once it answers."""
    status = supervision.status(site.folder / "sandbox.sock")
    return status and status["pid"]


def test_supervisor_killed_in_mid_run(site):
    site.start("worker", "beat")
    first = wait_for(lambda: supervisor(site), "the start of the supervisor")
    submissions = [site.submit("hello-flask", SLOW)["id"] for _ in range(3)]
    site.wait_until_running(submissions[0])
    time.sleep(0.5)

    os.kill(first, signal.SIGKILL)

    assert [result(site.final(uuid)) for uuid in submissions] == [RESULT] * 3
    assert wait_for(lambda: supervisor(site), "the next supervisor") != first


def test_supervisor_is_taken_over_by_another_worker_of_the_machine(site):
    site.start("worker")
    first = wait_for(lambda: supervisor(site), "the start of the supervisor")
    site.start("worker-two")
    assert result(site.final(site.submit("hello-flask", RIGHT)["id"])) == RESULT
    assert supervisor(site) == first

    site.kill("worker")

    wait_for(lambda: supervisor(site) not in (None, first), "the take-over")
    assert result(site.final(site.submit("hello-flask", RIGHT)["id"])) == RESULT


def test_runs_wait_for_a_canary_that_passes(site):
    environment = site.folder / "learner"
    site.environment |= {"LEARNER_PYTHON": f"{environment}/bin/python", "RUN_MAX_TRIES": "9", "LOG_FORMAT": "json"}
    site.start("worker", "beat")
    wait_for(lambda: "not usable" in site.ready().json()["checks"]["sandbox"]["detail"], "the canary's reason")

    uuid = site.submit("hello-flask", RIGHT)["id"]
    time.sleep(3)
    assert (site.ready().status_code, site.submission(uuid)["status"]) == (503, "queued")
    assert 'fieldguide_worker_consuming{worker="worker@localhost"} 0.0' in site.metrics()

    environment.symlink_to(ROOT / ".venv-learner")

    assert result(site.final(uuid)) == RESULT
    assert site.ready().status_code == 200
    wait_for(lambda: 'fieldguide_worker_consuming{worker="worker@localhost"} 1.0' in site.metrics(), "its sign of life")
    done = 'fieldguide_runs_total{ending="finished",framework="flask",status="done",verdict="passed"} 1.0'
    wait_for(lambda: done in site.metrics(), "the count")
    assert [(line["submission"], line["status"], line["tries"], line["worker"]) for line in site.job_lines()] == [
        (uuid, "done", 1, "worker@localhost")
    ]
