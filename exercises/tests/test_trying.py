from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.timezone import now

from courses.models import Lesson
from exercises import queueing
from exercises.errors import NotPending, NotRunnable, TooManyPending
from exercises.models import Exercise, Owner, Run, Trial
from exercises.owners import adopt_guest
from exercises.submitting import submit
from exercises.sweeping import sweep
from exercises.tests.builders import (
    LISTING,
    STARTER,
    guest,
    make_exercise,
    make_listing,
    make_run,
    make_submission,
    make_trial,
    make_user,
)
from exercises.trying import (
    cancel,
    clear_outdated,
    find_listing,
    program_of_exercise,
    program_of_listing,
    start,
)

pytestmark = pytest.mark.django_db
Status = Run.Status
VISITOR, STAFF = {"is_staff": False}, {"is_staff": True, "is_superuser": True}


def tried_out(owner=None, exercise=None):
    program = program_of_exercise(exercise or Exercise.objects.first() or make_exercise())
    return start(owner=owner or guest(), program=program, files=STARTER, request=program.request)


def test_start_stores_the_files_and_queues_a_run(django_capture_on_commit_callbacks):
    owner = guest()

    with django_capture_on_commit_callbacks() as callbacks:
        trial = tried_out(owner)

    assert (trial.owner, trial.files, trial.kind, trial.framework) == (owner, STARTER, "http", "flask")
    assert trial.request == {"method": "GET", "path": "/", "headers": {}, "body": ""}
    assert (trial.run.status, trial.run.purpose, trial.run.submission) == (Status.QUEUED, Run.Purpose.RUN, None)
    assert [callback.args for callback in callbacks if getattr(callback, "func", None) is queueing.send] == [
        (trial.run.pk,)
    ]


def test_a_listing_runs_as_it_is_shown():
    make_listing(body_markdown=LISTING.replace("import Flask", "import Flask  # (1)!") + "\n1. The framework.\n")

    program = program_of_listing(*find_listing(make_user(), course="web", lesson="listings", name="shop"))

    assert program.files["main.py"].startswith("from flask import Flask\n")


def test_a_listing_brings_its_program_and_what_to_ask_of_it():
    lesson = make_listing()

    program = program_of_listing(*find_listing(make_user(), course="web", lesson="listings", name="shop"))

    assert program.files == {"main.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
    assert (program.kind, program.framework, program.lesson_version) == ("http", "flask", lesson.published)
    assert program.request == {
        "method": "POST", "path": "/items", "headers": {"Content-Type": "application/json"}, "body": '{"name": "Tea"}',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "is_published", "course", "name", "is_found"),
    [
        (VISITOR, True, "web", "shop", True),
        (VISITOR, False, "web", "shop", False),
        (STAFF, False, "web", "shop", True),
        (VISITOR, True, "web", "nothing", False),
        (VISITOR, True, "elsewhere", "shop", False),
    ],
)
def test_a_listing_is_of_a_lesson_that_its_reader_may_read(columns, is_published, course, name, is_found):
    make_listing(is_published=is_published)

    try:
        find_listing(make_user(**columns), course=course, lesson="listings", name=name)
    except Http404:
        assert not is_found
    else:
        assert is_found


def test_an_exercise_that_is_answered_cannot_be_run():
    with pytest.raises(NotRunnable):
        tried_out(exercise=make_exercise(kind="choice"))


@pytest.mark.parametrize(("handed_in", "tried", "is_accepted"), [(1, 0, True), (1, 1, False), (0, 2, False)])
def test_the_limit_of_unfinished_runs_counts_both(settings, handed_in, tried, is_accepted):
    settings.MAX_PENDING = 2
    owner, exercise = guest(), make_exercise()
    for _ in range(handed_in):
        make_run(make_submission(owner=owner))
    for _ in range(tried):
        make_trial(owner=owner)
    make_trial()  # of somebody else
    make_trial(Status.DONE, owner=owner)

    for attempt in (
        lambda: tried_out(owner),
        lambda: submit(owner=owner, exercise=exercise, files={"main.py": ""}),
    ):
        try:
            with transaction.atomic():
                attempt()
                transaction.set_rollback(True)
        except TooManyPending:
            assert not is_accepted
        else:
            assert is_accepted


@pytest.mark.parametrize(
    ("status", "is_stopped"), [(Status.QUEUED, True), (Status.RUNNING, True), (Status.DONE, False)]
)
def test_cancel_stops_what_is_pending(status, is_stopped):
    trial = make_trial(status)

    try:
        cancel(trial=trial)
    except NotPending:
        assert not is_stopped
    else:
        trial.run.refresh_from_db()
        assert (trial.run.status, is_stopped) == (Status.CANCELLED, True)


@pytest.mark.parametrize(
    ("lost_before", "status", "reason"), [(0, Status.QUEUED, ""), (19, Status.BROKEN, Run.Fault.WORKER_LOST)]
)
def test_sweep_takes_back_what_a_worker_abandoned(lost_before, status, reason):
    trial = make_trial(Status.RUNNING)
    Run.objects.update(leased_until=now() - timedelta(seconds=1), workers_lost=lost_before)

    sweep()

    trial.run.refresh_from_db()
    assert (trial.run.status, trial.run.reason) == (status, reason)


@pytest.mark.parametrize(
    ("hours", "status", "is_kept"),
    [
        (23, Status.DONE, True),
        (25, Status.DONE, False),
        (25, Status.BROKEN, False),
        (25, Status.QUEUED, True),
        (25, Status.RUNNING, True),
    ],
)
def test_trials_are_kept_for_a_day(hours, status, is_kept):
    make_trial(status, created_at=now() - timedelta(hours=hours))
    make_run(make_submission())

    assert clear_outdated() == (not is_kept)

    assert (Trial.objects.exists(), Run.objects.filter(trial=None).count()) == (is_kept, 1)


def test_the_guests_trials_move_to_the_account():
    owner, user = guest(), make_user()
    trial, other = make_trial(owner=owner), make_trial()

    adopt_guest(user=user, guest=owner.guest)

    trial.refresh_from_db()
    other.refresh_from_db()
    assert (trial.owner, other.user_id) == (Owner(user_id=user.pk), None)


def test_what_is_tried_out_leaves_no_trace_in_the_progress(client):
    owner = guest()
    make_trial(Status.DONE, owner=owner)

    assert list(Run.objects.owned_by(owner)) == []


@pytest.mark.parametrize("subjects", [0, 1, 2])
def test_a_run_is_about_one_thing_in_the_database(subjects):
    trial, submission = make_trial(), make_submission()
    Run.objects.all().delete()
    about = {"trial": trial, "submission": submission}

    try:
        with transaction.atomic():
            Run.objects.create(**dict(list(about.items())[:subjects]), seed=1)
    except IntegrityError:
        assert subjects != 1
    else:
        assert subjects == 1


def test_a_trial_goes_with_its_lesson():
    lesson = make_listing()
    make_trial(exercise_version=None, lesson_version=lesson.published, listing="shop")

    Lesson.objects.filter(pk=lesson.pk).update(published=None, published_at=None, draft=None)
    lesson.versions.all().delete()

    assert not Trial.objects.exists()
