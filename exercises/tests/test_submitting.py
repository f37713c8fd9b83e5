import threading

import pytest
import redis
from django.conf import settings
from django.db import connection

from exercises.errors import ExerciseError, InvalidFiles, NotPending, NotPublished, NotRepeatable, TooManyPending
from exercises.files import MAX_FILE_BYTES
from exercises.models import Owner, Run, Submission
from exercises.submitting import cancel, retry, submit
from exercises.tests.builders import STARTER, guest, make_exercise, make_run, make_submission, make_user

pytestmark = pytest.mark.django_db


def queued_messages():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return client.llen("grading")


def test_submit_stores_the_files_and_queues_a_run(django_capture_on_commit_callbacks):
    owner, exercise = guest(), make_exercise()

    with django_capture_on_commit_callbacks(execute=True):
        submission = submit(owner=owner, exercise=exercise, files={"main.py": "app = 1\n"})

    submission.refresh_from_db()
    assert (submission.owner, submission.exercise_version) == (owner, exercise.published)
    assert submission.files == {"main.py": "app = 1\n"}
    assert (submission.current_run.status, submission.current_run.purpose) == (Run.Status.QUEUED, Run.Purpose.SUBMIT)
    assert queued_messages() == 1


@pytest.mark.parametrize("is_published", [True, False])
def test_submit_needs_a_published_version(is_published):
    exercise = make_exercise(is_published=is_published)

    try:
        submit(owner=guest(), exercise=exercise, files=STARTER)
    except NotPublished:
        assert not is_published
    else:
        assert is_published

    assert Submission.objects.count() == is_published


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        ({"main.py": "x" * MAX_FILE_BYTES}, {}),
        ({"main.py": "é" * (MAX_FILE_BYTES // 2)}, {}),
        ({"main.py": ""}, {}),
        ({"main.py": "x" * (MAX_FILE_BYTES + 1)}, {"main.py": "main.py is larger than 64 KiB."}),
        ({"main.py": "é" * (MAX_FILE_BYTES // 2 + 1)}, {"main.py": "main.py is larger than 64 KiB."}),
        ({"main.py": "a\0b"}, {"main.py": "main.py holds a NUL character."}),
        ({"main.py": "\ud800"}, {"main.py": "main.py holds half of a surrogate pair, which is not text."}),
        ({"main.py": 5}, {"main.py": "main.py must be a text."}),
        ({"main.py": None}, {"main.py": "main.py must be a text."}),
        ({}, {"main.py": "main.py is missing."}),
        (
            {"main.py": "", "../x": ""},
            {"../x": "'../x' does not belong to this exercise."},
        ),
        (
            {"\ud800\n": ""},
            {"main.py": "main.py is missing.", "\ud800\n": r"'\ud800\n' does not belong to this exercise."},
        ),
    ],
)
def test_submit_takes_exactly_the_files_of_the_starter(files, problems):
    exercise, found = make_exercise(), {}

    try:
        submit(owner=guest(), exercise=exercise, files=files)
    except InvalidFiles as refusal:
        found = refusal.problems

    assert found == problems
    assert Submission.objects.count() == (not problems)


@pytest.mark.parametrize(
    ("statuses", "is_accepted"),
    [
        ([Run.Status.QUEUED], True),
        ([Run.Status.DONE, Run.Status.BROKEN, Run.Status.CANCELLED], True),
        ([Run.Status.QUEUED, Run.Status.RUNNING], False),
    ],
)
def test_submit_counts_unfinished_runs_of_the_same_owner(settings, statuses, is_accepted):
    settings.MAX_PENDING = 2
    owner, exercise = guest(), make_exercise()
    for status in statuses:
        make_run(make_submission(owner=owner), status)
    make_run(make_submission(owner=guest()))  # somebody else's

    try:
        submit(owner=owner, exercise=exercise, files=STARTER)
    except TooManyPending:
        assert not is_accepted
    else:
        assert is_accepted

    assert Submission.objects.owned_by(owner).count() == len(statuses) + is_accepted


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_account", [True, False])
def test_submit_at_the_same_time_keeps_the_limit(settings, has_account):
    settings.MAX_PENDING = 3
    owner = Owner(user_id=make_user().pk) if has_account else guest()
    exercise = make_exercise()
    together = threading.Barrier(8)
    refusals = []

    def work():
        together.wait()
        try:
            submit(owner=owner, exercise=exercise, files=STARTER)
        except TooManyPending as refusal:
            refusals.append(refusal)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Submission.objects.count(), len(refusals)) == (3, 5)
    assert queued_messages() == 3


@pytest.mark.django_db(transaction=True)
def test_submit_is_accepted_while_the_broker_is_away(valkey, caplog):
    exercise = make_exercise()
    valkey.stop()
    try:
        submission = submit(owner=guest(), exercise=exercise, files=STARTER)
    finally:
        valkey.start()

    run = submission.current_run
    assert run.status == Run.Status.QUEUED
    assert f"run {run.pk}: the broker is away" in caplog.text
    assert run.requeue_at is not None  # the sweeper sends it


@pytest.mark.django_db(transaction=True)
def test_submit_is_queued_at_once_when_the_broker_is_back(valkey):
    owner, exercise = guest(), make_exercise()
    submit(owner=owner, exercise=exercise, files=STARTER)
    valkey.stop()
    submit(owner=owner, exercise=exercise, files=STARTER)
    valkey.start()

    submit(owner=owner, exercise=exercise, files=STARTER)

    assert queued_messages() == 1  # the others went with the broker; the sweeper sends them again


@pytest.mark.parametrize(
    ("status", "is_repeated"),
    [
        (Run.Status.BROKEN, True),
        (Run.Status.CANCELLED, True),
        (Run.Status.DONE, False),
    ],
)
def test_retry_starts_another_run_where_there_is_no_result(status, is_repeated):
    first = make_run(status=status)

    try:
        second = retry(submission=first.submission)
    except NotRepeatable:
        assert not is_repeated
    else:
        assert is_repeated
        assert (second.purpose, second.status) == (Run.Purpose.SUBMIT, Run.Status.QUEUED)

    assert first.submission.runs.count() == 1 + is_repeated


def test_retry_asked_twice_starts_one_run():
    submission = make_run(status=Run.Status.BROKEN).submission

    assert retry(submission=submission) == retry(submission=submission)

    assert submission.runs.count() == 2


@pytest.mark.parametrize(
    ("status", "refusal"), [(Run.Status.QUEUED, None), (Run.Status.RUNNING, None), (Run.Status.DONE, NotPending)]
)
def test_cancel_stops_what_is_pending(status, refusal):
    run = make_run(status=status)
    raised = None

    try:
        cancel(submission=run.submission)
    except ExerciseError as error:
        raised = type(error)

    run.refresh_from_db()
    assert raised == refusal
    assert run.status == (status if refusal else Run.Status.CANCELLED)
