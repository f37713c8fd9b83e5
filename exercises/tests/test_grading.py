"""The worker's part, with the real sandbox."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.utils.timezone import now

import sandbox
from exercises import gate, grading
from exercises.events import answered_tests, channel_of
from exercises.grading import Lease, conclude, grade
from exercises.models import Owner, Run
from exercises.owners import adopt_guest
from exercises.progress import done_lessons
from exercises.submitting import cancel, submit
from exercises.sweeping import sweep
from exercises.tests.builders import guest, make_exercise, make_run, make_user

pytestmark = pytest.mark.django_db(transaction=True)
Status, Verdict = Run.Status, Run.Verdict

RIGHT = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
@app.get("/health")
def answer():
    return "ok"
"""
WRONG = RIGHT.replace('@app.get("/health")\n', "")
HANGS = RIGHT.replace('return "ok"', "import time; time.sleep(60)")


def handed_in(source, **columns):
    exercise = make_exercise(**columns)
    return submit(owner=guest(), exercise=exercise, files={"main.py": source}).current_run


@pytest.mark.parametrize(
    ("source", "purpose", "backgrounds"),
    [
        (RIGHT, Run.Purpose.SUBMIT, [False]),
        (RIGHT, Run.Purpose.REJUDGE, [True]),
        (WRONG, Run.Purpose.REJUDGE, [True]),
        (HANGS, Run.Purpose.SUBMIT, [False]),
        (HANGS, Run.Purpose.REJUDGE, [True, False]),  # it may have been slow because it had to yield
    ],
)
def test_what_nobody_waits_for_yields_and_is_not_called_slow_for_it(source, purpose, backgrounds, monkeypatch):
    run = handed_in(source, limits={"wall_seconds": 1 if source == HANGS else 60})  # a busy machine is no endless loop
    Run.objects.filter(pk=run.pk).update(purpose=purpose)
    real, seen = sandbox.judge, []
    monkeypatch.setattr(sandbox, "judge", lambda job, **how: seen.append(job.background) or real(job, **how))

    grade(run.pk)

    assert seen == backgrounds


@pytest.fixture
def messages():
    """What is published on the way, by a reader that subscribed before."""
    with redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True) as client, client.pubsub() as pubsub:
        pubsub.psubscribe("*")

        def read():
            found = []
            while message := pubsub.get_message(timeout=0.1):
                if message["type"] == "pmessage":
                    found.append((message["channel"], message["data"]))
            return found

        read()
        yield read


@pytest.mark.parametrize(
    ("source", "verdict", "score", "is_done"), [(RIGHT, Verdict.PASSED, 1.0, True), (WRONG, Verdict.FAILED, 0.5, False)]
)
def test_grade_stores_the_verdict_and_the_progress(source, verdict, score, is_done, messages, monkeypatch):
    monkeypatch.setattr(grading, "PROGRESS_SECONDS", 0)
    run = handed_in(source)

    grade(run.pk)

    run.refresh_from_db()
    assert (run.status, run.verdict, run.score, run.tries) == (Status.DONE, verdict, score, 1)
    assert (run.lease, run.requeue_at) == (None, None)
    assert [test["status"] for test in run.tests] == ["passed", "passed" if is_done else "failed"]
    lesson = run.submission.exercise_version.exercise.lesson
    assert done_lessons(run.submission.owner) == ({lesson.pk} if is_done else set())
    # Handed in, claimed, two tests answered, finished: always the id, never the content.
    submission = str(run.submission.uuid)
    assert set(messages()) == {(channel_of(run.submission.uuid), submission)}
    assert answered_tests(run) == 2


@pytest.mark.parametrize(("seconds", "told"), [(0, 3), (60, 0)])
def test_progress_is_told_no_more_often_than_somebody_could_read_it(seconds, told, messages, monkeypatch):
    monkeypatch.setattr(grading, "PROGRESS_SECONDS", seconds)
    run = make_run()
    progress = grading.Progress(run, total=2)
    messages()

    for answered in (1, 2, 3):
        progress(answered)

    assert len(messages()) == told
    assert answered_tests(run) == told


def test_grade_delivered_twice_judges_once():
    run = handed_in(RIGHT)

    grade(run.pk)
    finished_at = Run.objects.get(pk=run.pk).finished_at
    grade(run.pk)

    run.refresh_from_db()
    assert (run.tries, run.finished_at) == (1, finished_at)


def unavailable(*args, **kwargs):
    raise sandbox.SandboxUnavailable("bwrap is missing in /usr/bin")


@pytest.mark.parametrize(
    ("tries_before", "lost_before", "status", "reason"),
    [
        (0, 0, Status.QUEUED, ""),
        (3, 0, Status.QUEUED, ""),
        (4, 0, Status.BROKEN, Run.Fault.SANDBOX_UNAVAILABLE),
        (4, 1, Status.QUEUED, ""),  # a try that ended with its worker is not one of these
    ],
)
def test_grade_without_a_sandbox_gives_no_verdict(monkeypatch, tries_before, lost_before, status, reason):
    monkeypatch.setattr(sandbox, "judge", unavailable)
    run = handed_in(RIGHT)
    Run.objects.filter(pk=run.pk).update(tries=tries_before, workers_lost=lost_before)

    grade(run.pk)

    run.refresh_from_db()
    assert (run.status, run.verdict, run.reason) == (status, "", reason)
    assert "bwrap" not in str(run.__dict__)  # what the operator reads in the log is not for learners
    if status == Status.QUEUED:
        assert run.requeue_at > now() + timedelta(seconds=2 ** (tries_before + 1))


@pytest.fixture
def closed_gate():
    gate.close()
    yield
    gate.open_again()


def waiting():
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        return client.llen("grading")


def test_grade_tries_nothing_while_the_canary_of_its_worker_fails(closed_gate):
    run = handed_in(RIGHT)
    before = waiting()

    grade(run.pk)

    run.refresh_from_db()
    assert (run.status, run.tries, run.started_at) == (Status.QUEUED, 0, None)
    assert waiting() == before + 1  # for a worker whose canary passes


@pytest.mark.parametrize("tries_before", [0, 4])
def test_a_try_in_an_outage_is_not_counted(monkeypatch, tries_before):
    def fail_and_close(*args, **kwargs):
        gate.close()
        unavailable()

    monkeypatch.setattr(sandbox, "judge", fail_and_close)
    run = handed_in(RIGHT)
    Run.objects.filter(pk=run.pk).update(tries=tries_before)

    try:
        grade(run.pk)
    finally:
        gate.open_again()

    run.refresh_from_db()
    assert (run.status, run.reason, run.tries) == (Status.QUEUED, "", tries_before)


@pytest.mark.parametrize(("judge", "is_wanted"), [(unavailable, True), (None, False)])
def test_a_run_without_a_sandbox_has_the_canary_run(monkeypatch, judge, is_wanted):
    gate.take_wanted_check()
    if judge:
        monkeypatch.setattr(sandbox, "judge", judge)

    grade(handed_in(RIGHT).pk)

    assert (gate.take_wanted_check(), gate.take_wanted_check()) == (is_wanted, False)


def test_grade_hides_a_bug_from_nobody_and_loses_no_run(caplog):
    run = handed_in(RIGHT, cases=[{"name": "a case without a request"}])

    grade(run.pk)

    run.refresh_from_db()
    assert (run.status, run.verdict, run.tries) == (Status.QUEUED, "", 1)
    assert "KeyError" in caplog.text

    Run.objects.filter(pk=run.pk).update(tries=4)
    grade(run.pk)

    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.BROKEN, Run.Fault.INTERNAL_ERROR)


def test_cancel_ends_the_program_of_a_running_run():
    run = handed_in(HANGS)

    def stop_it():
        while Run.objects.get(pk=run.pk).status != Status.RUNNING:
            time.sleep(0.05)
        time.sleep(1)
        cancel(submission=run.submission)
        connection.close()

    other = threading.Thread(target=stop_it)
    other.start()
    began = time.monotonic()
    grade(run.pk)
    seconds = time.monotonic() - began
    other.join()

    run.refresh_from_db()
    assert (run.status, run.verdict, run.lease) == (Status.CANCELLED, "", None)
    assert seconds < 8  # of the 10 that the program may take


def test_a_slow_worker_cannot_overwrite_the_result_of_the_next(caplog):
    run = make_run()
    slow = Run.objects.claim(run.pk, lease=uuid.uuid4(), until=now() - timedelta(seconds=1))
    sweep()
    next_one = Run.objects.claim(run.pk, lease=uuid.uuid4(), until=now() + timedelta(seconds=15))

    conclude(next_one, {"verdict": Verdict.FAILED, "reason": "mismatch"})
    conclude(slow, {"verdict": Verdict.PASSED, "reason": ""})

    run.refresh_from_db()
    assert (run.verdict, run.tries) == (Verdict.FAILED, 2)
    assert done_lessons(run.submission.owner) == set()
    assert f"run {run.pk}: its result came too late and was dropped" in caplog.text


def test_progress_goes_to_the_account_of_a_guest_who_signed_up_meanwhile():
    run = make_run()
    claimed = Run.objects.claim(run.pk, lease=uuid.uuid4(), until=now() + timedelta(seconds=15))
    user = make_user()
    adopt_guest(user=user, guest=run.submission.guest)

    conclude(claimed, {"verdict": Verdict.PASSED, "reason": ""})

    lesson = run.submission.exercise_version.exercise.lesson
    assert done_lessons(Owner(user_id=user.pk)) == {lesson.pk}
    assert done_lessons(run.submission.owner) == set()


@pytest.mark.parametrize("seconds", [2, 15])
def test_lease_is_renewed_each_third_of_it(settings, seconds):
    settings.RUN_LEASE_SECONDS = seconds
    run = Run.objects.claim(make_run().pk, lease=uuid.uuid4(), until=now() + timedelta(seconds=seconds))
    lease = Lease(run)

    assert lease()
    assert Run.objects.get(pk=run.pk).leased_until == run.leased_until

    lease.renewed_at -= seconds / 3
    assert lease()
    assert Run.objects.get(pk=run.pk).leased_until > run.leased_until


def test_followers_are_told_once_that_a_run_has_begun_when_it_is_not_over_at_once(messages):
    run = Run.objects.claim(make_run().pk, lease=uuid.uuid4(), until=now() + timedelta(seconds=15))
    lease = Lease(run)
    messages()

    assert [lease(), lease()] == [True, True]
    assert messages() == [(channel_of(run.submission.uuid), str(run.submission.uuid))]


def test_grade_while_redis_is_away_judges_all_the_same(valkey):
    run = handed_in(RIGHT)
    valkey.stop()
    try:
        grade(run.pk)
    finally:
        valkey.start()

    run.refresh_from_db()
    assert (run.status, run.verdict) == (Status.DONE, Verdict.PASSED)
