import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from exercises.models import LessonDone, Owner, Run, Submission
from exercises.owners import GUEST, adopt_guest
from exercises.progress import done_lessons, passed_exercises
from exercises.submitting import submit
from exercises.tests.builders import STARTER, make_exercise, make_lesson, make_run, make_submission, make_user

pytestmark = pytest.mark.django_db


def guest_of(client):
    return client.session.get(GUEST)


def hand_in(client, slug="health-flask"):
    return client.post(
        reverse("api:submit", args=[slug]), {"files": {"main.py": ""}}, content_type="application/json"
    ).json()["id"]


@pytest.mark.parametrize(
    ("user", "guest", "is_valid"),
    [(None, None, False), (1, uuid.uuid4(), False), (1, None, True), (None, uuid.uuid4(), True)],
)
def test_owner_is_an_account_or_a_guest(user, guest, is_valid):
    try:
        Owner(user_id=user, guest=guest)
    except ValueError:
        assert not is_valid
    else:
        assert is_valid


@pytest.mark.parametrize("owners", [0, 1, 2])
def test_a_row_has_exactly_one_owner_in_the_database(owners):
    version = make_exercise().draft
    columns = {"user": make_user() if owners else None, "guest": uuid.uuid4() if owners == 2 else None}

    try:
        with transaction.atomic():
            Submission.objects.create(**columns, exercise_version=version, files={})
    except IntegrityError:
        assert owners != 1
    else:
        assert owners == 1


def test_reading_makes_no_guest(client):
    exercise = make_exercise()
    for path in (exercise.get_absolute_url(), "/api/v1/exercises/", "/api/v1/me/progress/"):
        assert client.get(path).status_code == 200

    assert "sessionid" not in client.cookies


def test_a_guest_stays_the_same_guest(client):
    make_exercise()

    hand_in(client)
    first = guest_of(client)
    hand_in(client)

    assert (guest_of(client), Submission.objects.filter(guest=first).count()) == (first, 2)


@pytest.mark.parametrize("way", ["login", "signup"])
def test_the_guests_work_moves_to_the_account(client, way):
    exercise, lesson = make_exercise(), make_lesson("django")
    uuid_of_submission = hand_in(client)
    client.post(reverse("exercises:lesson-done", args=["web", "django"]), {"done": "1"})
    form = {"email": "eva@example.org", "password1": "correct-horse-battery"}
    if way == "login":
        make_user("eva")
        form = {"login": "eva@example.org", "password": "correct-horse"}

    response = client.post(reverse(f"account_{way}"), form)

    assert response.status_code == 302, response.content
    submission = Submission.objects.get(uuid=uuid_of_submission)
    assert (submission.user.email, submission.guest) == ("eva@example.org", None)
    assert done_lessons(submission.owner) == {lesson.pk}
    assert guest_of(client) is None
    stranger = Client()
    assert stranger.get(submission.get_absolute_url()).status_code == 404
    assert client.get(submission.get_absolute_url()).status_code == 200
    assert exercise.slug in client.get(submission.get_absolute_url()).content.decode()


def test_adopting_twice_changes_nothing_and_progress_is_the_union():
    user, guest = make_user(), Owner(guest=uuid.uuid4())
    account = Owner(user_id=user.pk)
    both, of_guest, of_account = (make_lesson(slug) for slug in ("both", "of-guest", "of-account"))
    for owner, lessons in ((guest, [both, of_guest]), (account, [both, of_account])):
        for lesson in lessons:
            LessonDone.objects.create(**owner.columns, lesson=lesson)
    first, second = make_exercise("first"), make_exercise("second")
    make_run(make_submission(owner=guest, exercise=first), Run.Status.DONE)
    make_run(make_submission(owner=account, exercise=second), Run.Status.DONE)

    for _ in range(2):
        adopt_guest(user=user, guest=guest.guest)

        assert done_lessons(account) == {both.pk, of_guest.pk, of_account.pk}
        assert passed_exercises(account) == {first.pk: 1, second.pk: 1}
        assert (done_lessons(guest), passed_exercises(guest)) == (set(), {})


def test_what_a_guest_sent_before_the_login_and_we_store_after_it_is_the_accounts(client):
    """As when two tabs meet: the request has read the session, then the other tab logs in, then the row is written."""
    exercise, lesson = make_exercise(), make_lesson("django")
    hand_in(client)
    user, guest = make_user(), Owner(guest=uuid.UUID(guest_of(client)))
    adopt_guest(user=user, guest=guest.guest)  # the session of *client* still names the guest

    hand_in(client)
    client.post(exercise.get_absolute_url(), {"file:main.py": ""})
    client.post(reverse("exercises:lesson-done", args=["web", "django"]), {"done": "1"})

    account = Owner(user_id=user.pk)
    assert [submission.owner for submission in Submission.objects.all()] == [account] * 3
    assert (done_lessons(account), done_lessons(guest)) == ({lesson.pk}, set())


@pytest.mark.django_db(transaction=True)
def test_handing_in_while_logging_in_leaves_nothing_behind():
    exercise, user, guest = make_exercise(), make_user(), Owner(guest=uuid.uuid4())
    together = threading.Barrier(5)

    def work(service, **arguments):
        together.wait()
        service(**arguments)
        connection.close()

    threads = [
        threading.Thread(target=work, args=[submit], kwargs={"owner": guest, "exercise": exercise, "files": STARTER})
        for _ in range(4)
    ]
    threads.append(threading.Thread(target=work, args=[adopt_guest], kwargs={"user": user, "guest": guest.guest}))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [submission.owner for submission in Submission.objects.all()] == [Owner(user_id=user.pk)] * 4


@pytest.mark.parametrize(
    ("reader", "of_guest", "of_account"),
    [("owner", 200, 200), ("stranger", 200, 404), ("other account", 200, 404), ("staff", 200, 200)],
)
def test_who_may_read_a_submission(reader, of_guest, of_account):
    owner = make_user("owner")
    other = make_user("other")
    staff = make_user("staff", is_staff=True, is_superuser=True)
    client = Client()
    if reader != "stranger":
        client.force_login({"owner": owner, "other account": other, "staff": staff}[reader])
    guests = make_run(make_submission()).submission
    accounts = make_run(make_submission(owner=Owner(user_id=owner.pk))).submission

    for submission, status in ((guests, of_guest), (accounts, of_account)):
        assert client.get(submission.get_absolute_url()).status_code == status
        assert client.get(reverse("api:submission", args=[submission.uuid])).status_code == status
        assert client.get(reverse("exercises:panel", args=[submission.uuid])).status_code == status
        if status == 404:
            assert client.get(reverse("api:submission-events", args=[submission.uuid])).status_code == 404


@pytest.mark.parametrize(
    ("who", "is_stopped"), [("owner", True), ("stranger", False), ("other account", False), ("staff", True)]
)
def test_who_may_stop_a_guests_run(who, is_stopped):
    make_exercise()
    owner = Client()
    submission = Submission.objects.get(uuid=hand_in(owner))
    client = owner if who == "owner" else Client()
    if who in ("other account", "staff"):
        client.force_login(make_user(is_staff=who == "staff", is_superuser=who == "staff"))

    response = client.post(reverse("exercises:cancel", args=[submission.uuid]))

    assert response.status_code == (303 if is_stopped else 403)
    assert submission.current_run.status == (Run.Status.CANCELLED if is_stopped else Run.Status.QUEUED)
