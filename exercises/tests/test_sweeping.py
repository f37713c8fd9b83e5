from datetime import timedelta

import pytest
import redis
import time_machine
from django.conf import settings
from django.utils.timezone import now

from exercises import queueing, worker_state
from exercises.models import Run
from exercises.sweeping import BATCH, sweep
from exercises.tests.builders import guest, make_run, make_submission
from exercises.worker_state import WorkerState

pytestmark = pytest.mark.django_db
Status = Run.Status


def messages():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return client.llen("grading")


@pytest.mark.parametrize(
    ("lease_seconds", "lost_before", "status", "reason", "lost", "sent"),
    [
        (+5, 0, Status.RUNNING, "", 0, 0),
        (-1, 0, Status.QUEUED, "", 1, 1),
        (-1, 18, Status.QUEUED, "", 19, 1),
        (-1, 19, Status.BROKEN, Run.Fault.WORKER_LOST, 19, 0),
        (+5, 19, Status.RUNNING, "", 19, 0),
    ],
)
def test_sweep_takes_back_what_a_worker_abandoned(lease_seconds, lost_before, status, reason, lost, sent):
    until, tries = now() + timedelta(seconds=lease_seconds), lost_before + 1
    run = make_run(status=Status.RUNNING, leased_until=until, tries=tries, workers_lost=lost_before)

    sweep()

    run.refresh_from_db()
    assert (run.status, run.reason, run.tries, run.workers_lost) == (status, reason, tries, lost)
    assert messages() == sent


@pytest.mark.parametrize(("overdue_seconds", "sent"), [(1, 1), (-1, 0)])
def test_sweep_sends_again_what_nobody_claimed(overdue_seconds, sent):
    run = make_run(requeue_at=now() - timedelta(seconds=overdue_seconds))

    sweep()
    sweep()  # the next one is not due yet

    assert messages() == sent
    assert (Run.objects.get(pk=run.pk).requeue_at > run.requeue_at) == bool(sent)


@pytest.mark.parametrize("status", [Status.DONE, Status.BROKEN, Status.CANCELLED])
def test_sweep_leaves_final_runs_alone(status):
    run = make_run(status=status, requeue_at=now() - timedelta(days=1))

    sweep()

    assert (Run.objects.get(pk=run.pk).status, messages()) == (status, 0)


@pytest.mark.parametrize(
    ("waited_seconds", "tries", "others", "sent"),
    [
        (11, 0, [], 1),
        (9, 0, [], 0),  # its message may be on its way
        (11, 1, [], 0),  # it has a pause to wait for
        (11, 0, ["of somebody else"], 0),  # the queue is only long
    ],
)
def test_sweep_sends_again_at_once_what_the_broker_lost(waited_seconds, tries, others, sent):
    run = make_run(created_at=now() - timedelta(seconds=waited_seconds), tries=tries)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        if others:
            queueing.send(make_run(make_submission(owner=guest())).pk)

        sweep()

        assert client.llen("grading") == sent + len(others)
    assert Run.objects.get(pk=run.pk).status == Status.QUEUED


def test_resends_come_at_doubling_intervals_up_to_a_minute():
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        run = make_run(created_at=start)
        waits = []
        for _ in range(7):
            due = queueing.next_resend(run)
            waits.append((due - now()).total_seconds())
            clock.move_to(due)

    assert waits == [20, 20, 40, 60, 60, 60, 60]


def test_sweep_is_bounded():
    submissions = [make_submission(owner=guest()) for _ in range(BATCH + 1)]
    for submission in submissions:
        make_run(submission, requeue_at=now() - timedelta(seconds=1))

    sweep()
    first = messages()
    sweep()

    assert (first, messages()) == (BATCH, BATCH + 1)


def test_sweep_stops_at_the_first_run_while_the_broker_is_away(valkey, caplog):
    for _ in range(3):
        make_run(make_submission(owner=guest()), requeue_at=now() - timedelta(seconds=1))
    valkey.stop()
    try:
        sweep()
    finally:
        valkey.start()

    assert caplog.text.count("the broker is away") == 1
    assert Run.objects.overdue().count() == 2  # the next sweep tries them again


def refuse(hostname="celery@one", *, seconds, sandbox_ok=False):
    """A worker reports that its canary has failed for so long."""
    since = now() - timedelta(seconds=seconds)
    worker_state.report(
        WorkerState(
            hostname=hostname,
            seen=now(),
            level="",
            sandbox_ok=sandbox_ok,
            reason="no bwrap",
            checked_at=now(),
            refused_since=None if sandbox_ok else since,
        )
    )


@pytest.mark.parametrize(
    ("refused_seconds", "waited_seconds", "tries", "is_broken"),
    [
        (31, 31, 0, True),
        (31, 600, 3, True),
        (31, 29, 0, False),  # its owner may have tried again in the outage
        (29, 600, 0, False),
        (29, 600, 4, False),
    ],
)
def test_sweep_ends_what_waits_while_no_canary_passes(refused_seconds, waited_seconds, tries, is_broken):
    run = make_run(created_at=now() - timedelta(seconds=waited_seconds), tries=tries)
    refuse(seconds=refused_seconds)

    sweep()

    run.refresh_from_db()
    expected = (Status.BROKEN, Run.Fault.SANDBOX_UNAVAILABLE) if is_broken else (Status.QUEUED, "")
    assert (run.status, run.reason, run.tries) == (*expected, tries)
    assert bool(run.finished_at) == is_broken


@pytest.mark.parametrize("others", ["none", "passes"])
def test_sweep_lets_runs_wait_for_a_worker_that_may_take_them(others):
    run = make_run(created_at=now() - timedelta(hours=1))
    if others == "passes":
        refuse(seconds=3600)
        refuse("celery@two", seconds=0, sandbox_ok=True)

    sweep()

    assert Run.objects.get(pk=run.pk).status == Status.QUEUED


@pytest.mark.parametrize(("tries", "seconds"), [(1, 0), (2, 2), (5, 30), (9, 510), (12, 1410), (100, 27810)])
def test_patience_is_as_long_as_all_tries_would_take(settings, tries, seconds):
    settings.RUN_MAX_TRIES = tries

    assert queueing.patience() == timedelta(seconds=seconds)


def test_what_a_lost_worker_leaves_is_told_to_operators(caplog):
    runs = [
        make_run(
            make_submission(owner=guest()),
            status=Status.RUNNING,
            leased_until=now() - timedelta(seconds=1),
            tries=lost_before + 1,
            workers_lost=lost_before,
            started_at=now(),
        )
        for lost_before in (0, 19)
    ]

    sweep()

    lines = [record.msg for record in caplog.records if record.name == "exercises.job"]
    assert [(line["run"], line["status"], line["reason"], line["tries"]) for line in lines] == [
        (str(runs[0].uuid), "postponed", "worker_lost", 1),
        (str(runs[1].uuid), "broken", "worker_lost", 20),
    ]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.hget("metrics", "fieldguide_faults|worker_lost") == b"2"
