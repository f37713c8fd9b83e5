"""What the site writes to people's addresses, and the pages that announce it."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils.timezone import now

from accounts.templatetags.accounts import CONSOLE_BACKEND, sentence_case

pytestmark = pytest.mark.django_db

ANA = "ana@example.org"
PASSWORD = "a-long-enough-Passw0rd"


def sign_up(client, **changes):
    return client.post("/accounts/signup/", {"email": ANA, "password1": PASSWORD, **changes})


def ask_for_reset(client):
    return client.post("/accounts/password/reset/", {"email": ANA}, follow=True)


@pytest.mark.parametrize(
    ("known", "ask", "subject", "link"),
    [
        (False, sign_up, "Confirm your email address", r"/accounts/confirm-email/\S+/"),
        (True, sign_up, "You have an account already", r"/accounts/password/reset/"),
        (True, ask_for_reset, "Choose a new password", r"/accounts/password/reset/key/\S+/"),
        (False, ask_for_reset, "No account with this address", r"/accounts/signup/"),
    ],
)
@override_settings(SITE_URL="https://learn.example.org", ACCOUNT_EMAIL_VERIFICATION="mandatory")
def test_mail_speaks_of_fieldguide_and_gives_its_address(client, known, ask, subject, link):
    if known:
        user = User.objects.create_user("ana", ANA, PASSWORD)
        user.emailaddress_set.create(email=ANA, verified=True, primary=True)

    ask(client)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([ANA], f"[Fieldguide] {subject}")
    assert re.fullmatch(r"Hello,\n\n.*\bFieldguide\b.*\n\nFieldguide\nhttps://learn.example.org", sent.body, re.DOTALL)
    assert re.findall(r"^http://testserver(\S+)$", sent.body, re.MULTILINE) == re.findall(link, sent.body)
    assert sent.body.count("testserver") == 1


@pytest.mark.parametrize("page", ["/accounts/password/reset/done/", "/accounts/confirm-email/"])
@pytest.mark.parametrize(
    ("backend", "production", "is_printed"),
    [
        (CONSOLE_BACKEND, False, True),
        (CONSOLE_BACKEND, True, False),
        ("django.core.mail.backends.smtp.EmailBackend", False, False),
    ],
)
def test_page_tells_where_the_mail_is(client, page, backend, production, is_printed):
    with override_settings(EMAIL_BACKEND=backend, PRODUCTION=production):
        text = client.get(page).content.decode()

    assert ("printed in the terminal" in text, "spam folder" in text) == (is_printed, not is_printed)
    assert "contact us" not in text


@pytest.mark.parametrize(
    ("path", "name"), [("login", "Sign in"), ("signup", "Sign up"), ("password/reset", "Password reset")]
)
def test_heading_and_title_are_written_as_sentences(client, path, name):
    text = client.get(f"/accounts/{path}/").content.decode()

    heading, title = (
        " ".join(re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1].split()) for tag in ("h1", "title")
    )
    assert (heading, title) == (name, f"{name} · Fieldguide")
    assert not re.search(r"Sign (In|Up|Out)", text)


@pytest.mark.parametrize(
    ("text", "written"),
    [("\n  Sign In\n", "\n  Sign in\n"), ("Change Password", "Change password"), ("Enter the PIN", "Enter the PIN")],
)
def test_sentence_case_keeps_acronyms(text, written):
    assert sentence_case(text) == written


def test_a_password_rule_is_named_once(client):
    rule = "at least 8 characters"
    fresh = client.get("/accounts/signup/").content.decode()
    refused = sign_up(client, password1="k7-Qz").content.decode()

    assert (fresh.lower().count(rule), refused.lower().count(rule)) == (1, 1)
    assert "id_password1_helptext" in refused  # the input is described by it


def test_the_way_out_of_a_refused_login_stays(client):
    refused = client.post("/accounts/login/", {"login": ANA, "password": ""}).content.decode()

    assert "This field is required" in refused
    assert 'href="/accounts/password/reset/"' in refused


MAILS = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates")).removesuffix("_message.txt")
    for path in (settings.BASE_DIR / "templates").glob("*/email/*_message.txt")
    if path.name != "base_message.txt"
)


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_is_framed_and_complete(name):
    given = dict.fromkeys(
        [
            *("email", "from_email", "to_email", "deleted_email", "ip", "user_agent", "provider"),
            *("activate_url", "password_reset_url", "signup_url"),
        ],
        "<&>",
    )
    context = {**given, "timestamp": now()}

    subject = render_to_string(f"{name}_subject.txt", context)
    body = render_to_string(f"{name}_message.txt", context).strip()

    assert len(subject.strip().splitlines()) == 1
    assert body.startswith("Hello,\n\n")
    assert body.endswith(f"\n\nFieldguide\n{settings.SITE_URL}")
    assert "&lt;" not in body  # plain text
    assert "\n\n\n" not in body
