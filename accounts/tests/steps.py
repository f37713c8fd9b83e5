"""What a person does on the account pages, for the tests of this app."""

import base64
import hashlib
import hmac
import re
import struct
import time

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

ANA = "ana@example.org"
PASSWORD = "a-long-enough-Passw0rd"
PERIOD_SECONDS = 30


def make_account(email=ANA, *, user_name="", is_confirmed=True, **columns):
    user = User.objects.create_user(user_name or email.partition("@")[0], email, PASSWORD, **columns)
    if email:
        EmailAddress.objects.create(user=user, email=email, verified=is_confirmed, primary=True)
    return user


def sign_in(client, login=ANA, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": login, "password": password, **more})


def confirm(client, password=PASSWORD):
    """Say again who it is, as asked before what could take an account from its owner."""
    return client.post("/accounts/reauthenticate/", {"password": password})


def totp_code(secret, *, moment=None):
    """The code that an authenticator app shows (RFC 6238), computed here and not by the library under test."""
    counter = int((moment or time.time()) // PERIOD_SECONDS)
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def set_up_app(client):
    """Activate an authenticator app for who is signed in; returns its secret."""
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="secret"[^>]*>(\w+)<', page)[1]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def recovery_codes(client):
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    return re.findall(r'<code translate="no">(\d+)</code>', page)


def is_signed_in(client):
    return "_auth_user_id" in client.session
