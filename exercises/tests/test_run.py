import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from exercises.models import Run
from exercises.tests.builders import make_run, make_submission

Status = Run.Status
pytestmark = pytest.mark.django_db


def soon():
    return now() + timedelta(seconds=15)


def claimed_run(**columns):
    return Run.objects.claim(make_run(**columns).pk, lease=uuid.uuid4(), until=soon())


@pytest.mark.parametrize(
    ("status", "is_claimed"),
    [
        (Status.QUEUED, True),
        (Status.RUNNING, False),
        (Status.DONE, False),
        (Status.CANCELLED, False),
        (Status.BROKEN, False),
    ],
)
def test_claim_takes_queued_runs_only(status, is_claimed):
    run = make_run(status=status)
    lease, tries = uuid.uuid4(), run.tries

    claimed = Run.objects.claim(run.pk, lease=lease, until=soon())

    run.refresh_from_db()
    assert (claimed is not None) == is_claimed
    assert (run.lease == lease) == is_claimed
    assert run.tries == tries + is_claimed


def test_claim_of_a_deleted_run_is_none():
    assert Run.objects.claim(0, lease=uuid.uuid4(), until=soon()) is None


def taken_over(run):
    """Another worker has *run* now: its lease ran out, it was put back and claimed again."""
    other = Run.objects.get(pk=run.pk)
    Run.objects.put_back(other, requeue_at=soon())
    Run.objects.claim(run.pk, lease=uuid.uuid4(), until=soon())


def cancelled(run):
    Run.objects.cancel(run.pk)


def unchanged(run):
    pass


@pytest.mark.parametrize(("meanwhile", "takes_place"), [(unchanged, True), (taken_over, False), (cancelled, False)])
@pytest.mark.parametrize(
    ("move", "status"),
    [
        (lambda run: Run.objects.finish(run, verdict="failed", reason="mismatch"), Status.DONE),
        (lambda run: Run.objects.renew(run, until=soon()), Status.RUNNING),
        (lambda run: Run.objects.put_back(run, requeue_at=soon()), Status.QUEUED),
        (lambda run: Run.objects.give_up(run, reason=Run.Fault.INTERNAL_ERROR), Status.BROKEN),
    ],
    ids=["finish", "renew", "put_back", "give_up"],
)
def test_every_move_of_a_worker_needs_its_lease(move, status, meanwhile, takes_place):
    run = claimed_run()
    meanwhile(run)
    before = Run.objects.get(pk=run.pk)

    assert move(run) == takes_place

    after = Run.objects.get(pk=run.pk)
    assert after.status == (status if takes_place else before.status)
    assert takes_place or after.lease == before.lease


@pytest.mark.parametrize(
    ("status", "is_cancelled"),
    [
        (Status.QUEUED, True),
        (Status.RUNNING, True),
        (Status.DONE, False),
        (Status.CANCELLED, False),
        (Status.BROKEN, False),
    ],
)
def test_cancel_ends_pending_runs_only(status, is_cancelled):
    run = make_run(status=status)

    assert Run.objects.cancel(run.pk) == is_cancelled

    run.refresh_from_db()
    assert run.status == (Status.CANCELLED if is_cancelled else status)


@pytest.mark.parametrize(("first", "is_stored"), [(Status.QUEUED, False), (Status.BROKEN, True)])
def test_a_submission_has_one_pending_run(first, is_stored):
    submission = make_submission()
    make_run(submission, first)

    try:
        with transaction.atomic():
            make_run(submission, Status.QUEUED)
    except IntegrityError:
        stored = False
    else:
        stored = True

    assert stored == is_stored


def test_newest_is_the_last_run_of_each_submission():
    retried, other = make_submission(), make_submission()
    make_run(retried, Status.BROKEN)
    last = make_run(retried, Status.DONE)
    only = make_run(other, Status.QUEUED)

    assert set(Run.objects.newest()) == {last, only}


@pytest.mark.django_db(transaction=True)
def test_claim_by_many_workers_at_once_succeeds_once():
    runs = [make_run().pk for _ in range(5)]
    together = threading.Barrier(8)
    claims = []

    def work():
        together.wait()
        for pk in runs:
            claimed = Run.objects.claim(pk, lease=uuid.uuid4(), until=soon())
            if claimed:
                claims.append(claimed.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claims) == runs
    assert list(Run.objects.order_by("pk").values_list("tries", flat=True)) == [1] * len(runs)
