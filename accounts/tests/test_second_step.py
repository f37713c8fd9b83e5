"""The second step at sign-in: for everybody who switched it on, staff included."""

import datetime
import time

import pytest
import time_machine
from django.core import mail

from accounts.tests.steps import (
    ANA,
    PASSWORD,
    confirm,
    is_signed_in,
    make_account,
    recovery_codes,
    set_up_app,
    sign_in,
    totp_code,
)
from exercises.models import Submission
from exercises.owners import GUEST
from exercises.tests.builders import make_exercise

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    """Codes of an app work once: a test that signs in twice lets half a minute pass."""
    with time_machine.travel(time.time(), tick=True) as clock:
        yield clock


@pytest.fixture
def protected(client, clock):
    """The secret of an account with an app, and its recovery codes; nobody is signed in."""
    make_account()
    sign_in(client)
    secret = set_up_app(client)
    codes = recovery_codes(client)
    client.logout()
    clock.shift(60)
    return secret, codes


@pytest.mark.parametrize(
    ("which", "gets_in"), [("app", True), ("late", True), ("recovery", True), ("old", False), ("wrong", False)]
)
def test_password_is_not_enough_where_a_second_step_is_on(client, protected, which, gets_in):
    secret, codes = protected
    code = {
        "app": totp_code(secret),
        "late": totp_code(secret, moment=time.time() - 30),
        "recovery": codes[0],
        "old": totp_code(secret, moment=time.time() - 600),
        "wrong": "000000",
    }[which]

    first = sign_in(client)
    before = is_signed_in(client)
    second = client.post(first["Location"], {"code": code})

    assert first["Location"] == "/accounts/2fa/authenticate/"
    assert (before, is_signed_in(client)) == (False, gets_in)
    if not gets_in:
        assert "Incorrect code" in second.content.decode()


@pytest.mark.parametrize("which", ["app", "recovery"])
def test_a_code_works_once(client, protected, which):
    secret, codes = protected
    code = totp_code(secret) if which == "app" else codes[0]

    signed_in = []
    for _ in range(2):
        client.post(sign_in(client)["Location"], {"code": code})
        signed_in.append(is_signed_in(client))
        client.logout()

    assert signed_in == [True, False]


def test_guessing_codes_comes_to_an_end(client, protected):
    sign_in(client)
    answers = [client.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}).content.decode() for n in range(12)]

    assert "Incorrect code" in answers[0]
    assert "Too many failed login attempts" in answers[-1]


def test_ten_recovery_codes_can_be_downloaded_and_made_again(client):
    make_account()
    sign_in(client)
    set_up_app(client)

    shown = recovery_codes(client)
    download = client.get("/accounts/2fa/recovery-codes/download/")
    client.post("/accounts/2fa/recovery-codes/generate/")
    again = recovery_codes(client)

    assert download.content.decode().split() == shown
    assert "attachment" in download["Content-Disposition"]
    assert (len(shown), len(again), set(shown) & set(again)) == (10, 10, set())


def test_app_is_switched_off_again(client):
    make_account()
    sign_in(client)
    set_up_app(client)

    client.post("/accounts/2fa/totp/deactivate/")
    client.logout()
    sign_in(client)

    assert is_signed_in(client)


def test_second_step_wants_a_confirmed_address(client):
    make_account(is_confirmed=False)
    sign_in(client)
    confirm(client)

    response = client.get("/accounts/2fa/totp/activate/", follow=True)

    assert response.redirect_chain == [("/accounts/2fa/", 302)]
    assert "verified your email address" in response.content.decode()


def test_secret_of_the_app_is_shown_as_a_code_and_as_text(client):
    make_account()
    sign_in(client)
    confirm(client)

    text = client.get("/accounts/2fa/totp/activate/").content.decode()

    assert 'src="data:image/svg+xml;base64,' in text
    assert 'href="otpauth://totp/ana%40example.org?secret=' in text
    assert "issuer=Fieldguide" in text


@pytest.mark.parametrize(
    ("login", "password", "has_app", "ends_at"),
    [
        ("boss", PASSWORD, False, "/admin/"),
        ("boss@example.org", PASSWORD, False, "/admin/"),
        ("boss", "wrong", False, "/accounts/login/"),
        ("boss", PASSWORD, True, "/accounts/2fa/authenticate/"),
    ],
)
def test_staff_enter_the_admin_by_the_login_of_everybody(client, login, password, has_app, ends_at):
    make_account("boss@example.org", is_staff=True, is_superuser=True)
    if has_app:
        sign_in(client, "boss")
        set_up_app(client)
        client.logout()

    entrance = client.get("/admin/", follow=True)
    response = client.post("/accounts/login/", {"login": login, "password": password, "next": "/admin/"}, follow=True)

    assert "Django" not in response.content.decode()
    assert entrance.redirect_chain[-1] == ("/accounts/login/?next=%2Fadmin%2F", 302)
    assert response.wsgi_request.path == ends_at
    assert is_signed_in(client) == (ends_at == "/admin/")


def test_the_admin_has_no_login_of_its_own(client):
    """A second entrance would know nothing of second steps and limits."""
    make_account("boss@example.org", is_staff=True, is_superuser=True)

    response = client.post("/admin/login/", {"username": "boss", "password": PASSWORD, "next": "/admin/"})

    assert response["Location"].startswith("/accounts/login/")
    assert not is_signed_in(client)


@pytest.mark.parametrize("has_email", [True, False])
def test_first_staff_login_enters_by_user_name(client, has_email):
    make_account("staff@example.org" if has_email else "", user_name="staff", is_staff=True, is_superuser=True)

    sign_in(client, "staff", next="/admin/")

    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("is_staff", [False, True])
def test_guest_work_moves_with_a_second_step_too(client, protected, is_staff):
    secret, _ = protected
    make_exercise()
    client.post("/api/v1/exercises/health-flask/submissions/", {"files": {"main.py": ""}}, "application/json")
    assert GUEST in client.session

    sign_in(client, **({"next": "/admin/"} if is_staff else {}))
    during = GUEST in client.session
    client.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})

    assert during
    assert Submission.objects.get().user.email == ANA
    assert GUEST not in client.session


@pytest.mark.django_db(transaction=True)  # mail is sent once it is certain
@pytest.mark.parametrize(
    ("act", "subject", "words"),
    [
        (set_up_app, "Your account asks for a second step now", "An authenticator app was set up"),
        (
            lambda client: client.post(
                "/accounts/password/change/",
                {"oldpassword": PASSWORD, "password1": "another-Passw0rd", "password2": "another-Passw0rd"},
            ),
            "Your password was changed",
            "The password of your account on Fieldguide was changed.",
        ),
    ],
)
def test_owner_hears_of_changes_by_mail(client, act, subject, words):
    make_account()
    sign_in(client)
    confirm(client)

    act(client)

    sent = next(message for message in mail.outbox if message.subject == f"[Fieldguide] {subject}")
    assert sent.to == [ANA]
    assert sent.body.startswith(f"Hello,\n\n{words}")
    assert "127.0.0.1" in sent.body
    assert datetime.datetime.now(datetime.UTC).strftime("%Y") in sent.body
    assert sent.body.endswith("\n\nFieldguide\nhttp://localhost:8000")
