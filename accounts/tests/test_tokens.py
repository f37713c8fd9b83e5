"""Tokens for the API: shown once, kept as hashes, revoked by their owner."""

import datetime
import hashlib
import re

import pytest
import time_machine
from django.test import Client

from accounts.models import ApiToken
from accounts.tests.steps import PASSWORD, confirm, make_account, sign_in
from accounts.tokens import MAX_TOKENS, make_token
from exercises.tests.builders import make_exercise

pytestmark = pytest.mark.django_db
SUBMIT = "/api/v1/exercises/health-flask/submissions/"
TOKENS = "/accounts/tokens/"


def ask(key, word="Token"):
    return Client(enforce_csrf_checks=True).post(
        SUBMIT,
        {"files": {"main.py": ""}},
        content_type="application/json",
        headers={"authorization": f"{word} {key}"},
    )


def shown_key(response):
    return re.search(r'class="secret"[^>]*>(fg_[^<]+)<', response.content.decode())[1]


@pytest.mark.parametrize("state", ["valid", "unknown", "revoked", "hash", "inactive"])
def test_token_authenticates_while_it_is_valid(state):
    make_exercise()
    user = make_account()
    token, key = make_token(user=user, name="laptop")
    if state == "revoked":
        token.delete()
    if state == "inactive":
        user.is_active = False
        user.save()

    response = ask({"unknown": "fg_nothing", "hash": token.digest}.get(state, key))

    assert response.status_code == (202 if state == "valid" else 401), response.content
    if state == "valid":
        assert user.submission_set.count() == 1
    else:
        assert response.json() == {
            "code": "authentication_failed",
            "detail": "This token is not valid. It may have been revoked.",
        }


def test_token_is_shown_once_and_stored_as_a_hash(client):
    make_account()
    sign_in(client)
    confirm(client)

    made = client.post(TOKENS, {"name": "laptop"})
    key = shown_key(made)
    later = client.get(TOKENS)

    token = ApiToken.objects.get()
    assert (made.status_code, later.status_code) == (201, 200)
    assert (token.name, token.digest) == ("laptop", hashlib.sha256(key.encode()).hexdigest())
    assert key not in str(ApiToken.objects.values().get())
    assert key not in later.content.decode()
    assert f"…{key[-4:]}" in later.content.decode()
    assert "no-store" in made["Cache-Control"]


@pytest.mark.parametrize(
    ("existing", "name", "status", "words"),
    [
        (0, "laptop", 201, "Copy it now"),
        (0, "", 422, "This field is required."),
        (0, "x" * 61, 422, "at most 60 characters"),
        (1, "token 0", 409, "You have a token with this name."),
        (MAX_TOKENS, "one more", 409, "An account can have 10 tokens."),
    ],
)
def test_making_a_token_says_why_not(client, existing, name, status, words):
    user = make_account()
    sign_in(client)
    confirm(client)
    for number in range(existing):
        make_token(user=user, name=f"token {number}")

    response = client.post(TOKENS, {"name": name})

    assert response.status_code == status
    assert words in response.content.decode()
    assert ApiToken.objects.count() == existing + (status == 201)


def test_making_a_token_asks_again_who_it_is_after_a_while(client):
    make_account()
    with time_machine.travel(datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)) as clock:
        sign_in(client)
        confirm(client)
        clock.shift(datetime.timedelta(hours=1))

        asked = client.post(TOKENS, {"name": "laptop"})
        before = ApiToken.objects.count()
        made = client.post(asked["Location"], {"password": PASSWORD})

    assert asked["Location"].startswith("/accounts/reauthenticate/?next=%2Faccounts%2Ftokens%2F")
    assert before == 0
    assert shown_key(made).startswith("fg_")  # the form was kept, and went through


@pytest.mark.parametrize(("owner", "status"), [("ana@example.org", 302), ("bo@example.org", 404)])
def test_only_its_owner_revokes_a_token(client, owner, status):
    token, _ = make_token(user=make_account(), name="laptop")
    if owner != "ana@example.org":
        make_account(owner)
    sign_in(client, owner)

    response = client.post(f"{TOKENS}{token.pk}/revoke/")

    assert response.status_code == status
    assert ApiToken.objects.exists() == (status == 404)


def test_day_of_last_use_is_written_once_a_day(django_assert_num_queries):
    make_exercise()
    _, key = make_token(user=make_account(), name="laptop")
    headers = {"authorization": f"Token {key}"}

    with time_machine.travel(datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC), tick=False):
        with django_assert_num_queries(2 + 1):  # the token, its UPDATE; the courses, of which there are none to show
            Client().get("/api/v1/courses/", headers=headers)
        with django_assert_num_queries(1 + 1):
            Client().get("/api/v1/courses/", headers=headers)

    assert ApiToken.objects.get().last_used_on == datetime.date(2026, 11, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_tokens_needs_the_same_queries_for_any_length(client, count, django_assert_num_queries):
    user = make_account()
    client.force_login(user)
    for number in range(count):
        make_token(user=user, name=f"token {number}")

    with django_assert_num_queries(3):  # session, user, tokens
        response = client.get(TOKENS)

    assert response.content.decode().count("/revoke/") == count
