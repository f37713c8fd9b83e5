"""The account's own page; and every page of django-allauth that can be reached is ours."""

from pathlib import Path

import allauth
import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from accounts.templatetags.accounts import browser_name
from accounts.tests.steps import confirm, make_account, set_up_app, sign_in
from accounts.tokens import make_token

pytestmark = pytest.mark.django_db
THEIRS = Path(allauth.__file__).parent / "templates"
OURS = settings.BASE_DIR / "templates"
# What this site has switched off, and what only arranges blocks or is used by pages that we wrote anew.
UNUSED = {
    "account/base_confirm_code.html",
    "account/base_entrance.html",
    "account/base_manage.html",
    "account/base_manage_email.html",
    "account/base_manage_password.html",
    "account/base_manage_phone.html",
    "account/confirm_email_verification_code.html",
    "account/confirm_login_code.html",
    "account/confirm_password_reset_code.html",
    "account/confirm_phone_verification_code.html",
    "account/email/email_confirmation_signup_message.txt",
    "account/email/email_confirmation_signup_subject.txt",
    "account/email/login_code_message.txt",
    "account/email/login_code_subject.txt",
    "account/email/password_reset_code_message.txt",
    "account/email/password_reset_code_subject.txt",
    "account/email_change.html",
    "account/messages/login_code_sent.txt",
    "account/messages/phone_verification_sent.txt",
    "account/messages/phone_verified.txt",
    "account/phone_change.html",
    "account/request_login_code.html",
    "account/signup_by_passkey.html",
    "account/snippets/warn_no_email.html",
    "mfa/base_entrance.html",
    "mfa/base_manage.html",
    "mfa/recovery_codes/base.html",
    "mfa/recovery_codes/download.txt",
    "mfa/totp/base.html",
    "mfa/trust.html",
    "mfa/webauthn/base.html",
    "mfa/webauthn/signup_form.html",
    "mfa/webauthn/snippets/login_script.html",
    "mfa/webauthn/snippets/scripts.html",
    "socialaccount/base_entrance.html",
    "socialaccount/base_manage.html",
    "socialaccount/snippets/login_extra.html",
    "usersessions/base_manage.html",
}


def test_every_page_and_mail_of_allauth_is_in_our_words():
    theirs = {
        str(path.relative_to(THEIRS))
        for app in ("account", "mfa", "socialaccount", "usersessions")
        for path in (THEIRS / app).rglob("*.*")
    }

    missing = {name for name in theirs - UNUSED if not (OURS / name).exists()}

    assert missing == set()


@pytest.mark.parametrize("kind", ["anonymous", "plain", "protected", "social only"])
def test_overview_says_what_the_account_has(client, kind):
    if kind != "anonymous":
        user = make_account(is_confirmed=kind == "protected")
        sign_in(client)
        make_token(user=user, name="laptop")
    if kind == "protected":
        set_up_app(client)
    if kind == "social only":
        user.set_unusable_password()
        user.save()
        client.force_login(user)

    response = client.get("/accounts/")

    if kind == "anonymous":
        assert response["Location"] == "/accounts/login/?next=/accounts/"
        return
    text = response.content.decode()
    assert ("Not confirmed" in text) == (kind != "protected")
    assert ("Authenticator app" in text) == (kind == "protected")
    assert ("/accounts/password/set/" in text) == (kind == "social only")
    assert "/accounts/3rdparty/" not in text  # no provider has keys


def test_overview_needs_the_same_queries_for_any_account(client, django_assert_num_queries):
    user = make_account()
    client.force_login(user)
    for number in range(3):
        make_token(user=user, name=f"token {number}")

    with django_assert_num_queries(9):  # session, user, and seven of the overview
        client.get("/accounts/")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("login/", 200),
        ("signup/", 200),
        ("inactive/", 200),
        ("confirm-email/wrong/", 200),
        ("password/reset/", 200),
        ("password/reset/key/1-wrong/", 200),
        ("password/reset/key/done/", 200),
        ("3rdparty/login/cancelled/", 200),
        ("3rdparty/login/error/", 401),
        ("github/login/", 404),  # no keys, no way
    ],
)
def test_page_before_the_login_is_there(client, path, status):
    response = client.get(f"/accounts/{path}", follow=True)

    assert response.status_code == status
    if status != 404:
        assert " · Fieldguide" in response.content.decode()
        assert "Or sign in with" not in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "email/",
        "logout/",
        "password/change/",
        "reauthenticate/",
        "2fa/",
        "2fa/webauthn/",
        "2fa/webauthn/add/",
        "3rdparty/",
        "sessions/",
        "tokens/",
        "delete/",
    ],
)
def test_page_of_the_account_leads_back_to_it(client, path):
    make_account()
    sign_in(client)
    confirm(client)

    response = client.get(f"/accounts/{path}")

    assert response.status_code == 200
    assert 'href="/accounts/"' in response.content.decode()


def test_connection_to_a_site_without_keys_is_said_to_be_off(client):
    user = make_account()
    connection = SocialAccount.objects.create(user=user, provider="github", uid="1")
    sign_in(client)
    confirm(client)

    shown = client.get("/accounts/3rdparty/").content.decode()
    refused = client.post("/accounts/3rdparty/", {"account": connection.pk}).content.decode()

    assert ">github" in "".join(shown.split())
    assert "Sign-in at github is switched off on this site" in refused


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "A program that did not say its name"),
    ],
)
def test_browser_is_called_by_its_name(user_agent, name):
    assert browser_name(user_agent) == name
