"""An account that goes takes everything with it, and can be taken along before."""

import json

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.deleting import delete_account
from accounts.downloading import ACCOUNT_ROWS, LEFT_OUT, OUR_APPS, SECRETS, download_of, owned_models
from accounts.tests.steps import ANA, PASSWORD, confirm, make_account, set_up_app, sign_in
from accounts.tokens import make_token
from exercises.answering import answer
from exercises.conversations import answer_entry, write_back
from exercises.models import EntryMessage, LessonDone, Owner, Rejudging, Run, Submission
from exercises.tests.answer_content import RIGHT, make_answered
from exercises.tests.builders import make_exercise, make_lesson, make_run, make_submission

pytestmark = pytest.mark.django_db
DELETE = "/accounts/delete/"


def learn(user):
    """An attempt that was judged, and a lesson that is done."""
    run = make_run(make_submission(owner=Owner(user_id=user.pk)), Run.Status.DONE)
    LessonDone.objects.create(user=user, lesson=make_lesson("done"))
    return run.submission


@pytest.mark.parametrize(
    ("is_staff", "posted", "status"),
    [(False, {"is_certain": "on"}, 302), (False, {}, 422), (True, {"is_certain": "on"}, 409)],
)
def test_account_is_deleted_with_everything(client, is_staff, posted, status):
    user = make_account(is_staff=is_staff)
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser)
    confirm(client)
    learn(user)
    make_token(user=user, name="laptop")
    others = make_account("bo@example.org")
    kept = make_submission(owner=Owner(user_id=others.pk))

    response = client.post(DELETE, posted)

    assert response.status_code == status
    is_gone = status == 302
    assert User.objects.filter(email=ANA).exists() != is_gone
    counts = {
        model._meta.label: model._base_manager.filter(**{column: user.pk}).count() for model, column in owned_models()
    }
    assert (sum(counts.values()) == 0) == is_gone, counts
    assert Run.objects.exists() != is_gone
    assert Submission.objects.filter(pk=kept.pk).exists()
    assert ("_auth_user_id" in elsewhere.session) != is_gone
    assert (Session.objects.count() < 2) == is_gone


def test_deleting_asks_again_who_it_is(client):
    make_account()
    client.force_login(User.objects.get())  # no password was given in this session

    asked = client.post(DELETE, {"is_certain": "on"})
    before = User.objects.count()
    client.post(asked["Location"], {"password": PASSWORD})

    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert (before, User.objects.count()) == (1, 0)


def test_download_holds_what_the_learner_did_and_nothing_that_opens_a_door(client):
    user = make_account()
    sign_in(client)
    secret = set_up_app(client)
    submission = learn(user)
    _, key = make_token(user=user, name="laptop")

    response = client.get("/accounts/data/")

    document = json.loads(response.content)
    assert response["Content-Disposition"] == 'attachment; filename="fieldguide-account.json"'
    assert (document["account"]["email"], document["email_address"][0]["verified"]) == (ANA, True)
    (attempt,) = document["submission"]
    assert (attempt["uuid"], attempt["files"]) == (str(submission.uuid), submission.files)
    assert [run["status"] for run in attempt["run"]] == ["done"]
    assert [row["lesson"] for row in document["lesson_done"]] == ["done"]
    assert [row["name"] for row in document["api_token"]] == ["laptop"]
    text = response.content.decode()
    assert [found for found in (secret, key, user.password, client.session.session_key) if found in text] == []


def test_download_leaves_out_what_judging_again_would_only_change():
    user = make_account()
    attempt = learn(user)
    rejudging = Rejudging.objects.create(against=Rejudging.Against.SAME)
    preview = {"rejudging": rejudging, "judged_by": attempt.exercise_version, "is_preview": True}
    make_run(attempt, Run.Status.DONE, verdict=Run.Verdict.FAILED, **preview)

    (downloaded,) = download_of(user)["submission"]

    assert [run["verdict"] for run in downloaded["run"]] == ["passed"]


def test_what_staff_and_learner_wrote_to_each_other_is_in_the_download_and_goes(client):
    user, reviewer = make_account(), make_account("rita@example.org", is_staff=True)
    attempt = answer(owner=Owner(user_id=user.pk), exercise=make_answered("scenario"), answers=RIGHT["scenario"])
    answer_entry(submission=attempt, entry=2, text="Why not Flask?", author=reviewer)
    write_back(submission=attempt, entry=2, text="Because.")

    document = download_of(user)
    delete_account(user=user)

    said = [(row["entry"], row["is_from_staff"], row["text"]) for row in document["submission"][0]["entry_message"]]
    assert said == [(2, True, "Why not Flask?"), (2, False, "Because.")]
    assert "rita" not in str(document)
    assert EntryMessage.objects.count() == 0


def test_download_knows_every_kind_of_row_that_belongs_to_an_account():
    labels = {model._meta.label for model, _ in owned_models()}

    unknown = {label for label in labels if label.partition(".")[0] not in OUR_APPS} - set(ACCOUNT_ROWS) - LEFT_OUT

    assert unknown == set()


@pytest.mark.parametrize("count", [1, 3])
def test_download_needs_the_same_queries_for_any_number_of_rows(count, django_assert_max_num_queries):
    user = make_account()
    exercise = make_exercise()
    for _ in range(count):
        make_run(make_submission(owner=Owner(user_id=user.pk), exercise=exercise), Run.Status.DONE)

    with django_assert_max_num_queries(25):
        document = download_of(user)

    assert len(document["submission"]) == count
    assert SECRETS & set(document["submission"][0]) == set()
