"""Where an account is signed in, and how one of those places is left."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.tests.steps import make_account, sign_in

pytestmark = pytest.mark.django_db
LIST = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IN_MARCH = datetime(2026, 3, 4, 9, tzinfo=UTC)


def browser_of(login, **headers):
    client = Client(**headers)
    sign_in(client, login)
    return client


def session_of(client):
    return UserSession.objects.get(session_key=client.session.session_key)


def is_signed_in(client):
    return client.get("/accounts/").status_code == 200


def test_one_browser_is_signed_out_and_the_others_stay():
    make_account()
    here, lost, third = (browser_of("ana@example.org", HTTP_USER_AGENT=FIREFOX) for _ in range(3))

    answer = here.post(f"{LIST}{session_of(lost).pk}/end/", follow=True)

    assert "That browser is signed out." in answer.content.decode()
    assert [is_signed_in(client) for client in (here, lost, third)] == [True, False, True]
    page = here.get(LIST).content.decode()
    assert page.count("/end/") == 1


def test_nobody_signs_others_out():
    make_account()
    make_account("eve@example.org")
    ana, eve = browser_of("ana@example.org"), browser_of("eve@example.org")
    address = f"{LIST}{session_of(ana).pk}/end/"

    answers = [eve.post(address), eve.get(address), Client().post(address)]

    assert [answer.status_code for answer in answers] == [404, 405, 302]
    assert is_signed_in(ana)


def test_a_browser_is_seen_once_a_day(time_machine):
    time_machine.move_to(IN_MARCH, tick=False)
    make_account()
    client = browser_of("ana@example.org")
    on_the_first_day = session_of(client).last_seen_at

    time_machine.move_to(IN_MARCH + timedelta(days=2), tick=False)
    client.get("/accounts/")
    first = session_of(client).last_seen_at
    time_machine.move_to(IN_MARCH + timedelta(days=2, hours=3), tick=False)
    client.get("/accounts/")

    assert on_the_first_day == IN_MARCH
    assert (first, session_of(client).last_seen_at) == (IN_MARCH + timedelta(days=2), first)
    other = browser_of("ana@example.org")
    assert "Last seen 6 Mar 2026." in " ".join(other.get(LIST).content.decode().split())


def test_a_visitor_is_not_seen():
    client = Client()

    client.get("/")

    assert (client.cookies.get("sessionid"), UserSession.objects.count()) == (None, 0)
