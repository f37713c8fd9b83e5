"""Every way into an account, as a person goes it: passkeys, codes, another site; and what the account's pages do."""

import json
import re
from uuid import uuid4

import pytest

from accounts.tests.steps import totp_code
from config.tests.browser.conftest import EXERCISE, RIGHT, STAFF_PASSWORD, axe_violations, wait_for_outcome, write_code

pytestmark = pytest.mark.browser
PASSWORD = "a-long-enough-Passw0rd"
# Below /accounts/, for somebody who is signed in and has confirmed who it is a moment ago.
OWN_PAGES = [
    "",
    "email/",
    "logout/",
    "password/change/",
    "reauthenticate/",
    "2fa/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "3rdparty/",
    "sessions/",
    "tokens/",
    "delete/",
]
ENTRANCES = [
    "login/",
    "signup/",
    "inactive/",
    "confirm-email/",
    "confirm-email/wrong/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-wrong/",
    "password/reset/key/done/",
    "oidc/sso/login/",
    "3rdparty/login/cancelled/",
    "3rdparty/login/error/",
]


@pytest.fixture
def address(site):
    """The confirmed address of an account with a password."""
    address = f"ana-{uuid4().hex[:8]}@example.org"
    site.shell(
        "from django.contrib.auth.models import User\n"
        f"user = User.objects.create_user({address!r}, {address!r}, {PASSWORD!r})\n"
        f"user.emailaddress_set.create(email={address!r}, verified=True, primary=True)"
    )
    return address


@pytest.fixture
def base_url(site):
    """Passkeys belong to a host name; an IP address has none."""
    return f"http://localhost:{site.port}"


@pytest.fixture
def authenticator(page):
    """A device with a fingerprint reader, whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    identity = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda command, **more: session.send(f"WebAuthn.{command}", {"authenticatorId": identity, **more})


def press(page, name):
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def sign_in(page, address, password=PASSWORD):
    page.goto("/accounts/login/")
    page.get_by_label("Email address or user name").fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def confirm(page, password=PASSWORD):
    """Where the site asks once more who it is."""
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Confirm")
    page.get_by_label("Password", exact=True).wait_for(state="detached")


def sign_out(page):
    page.goto("/accounts/logout/")
    press(page, "Sign out")
    page.wait_for_url(lambda url: "/logout/" not in url)


def who(page):
    """The address of who is signed in, as the menu shows it; None for nobody."""
    page.goto("/")
    note = page.locator("#account-menu .menu-note")
    return note.text_content() if note.count() else None


def add_passkey(page, *, alone, leads_to="**/recovery-codes/"):
    page.goto("/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:
        confirm(page)
    page.get_by_label("Sign in with it alone").set_checked(alone)
    press(page, "Add a passkey")
    page.wait_for_url(leads_to)


def solve(page):
    page.goto(EXERCISE)
    write_code(page, RIGHT)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "pass")


def attempts(page):
    page.goto(EXERCISE)
    return page.locator("[data-history] li a").count()


def test_passkey_replaces_the_password_and_takes_a_guest_along(page, site, authenticator, address, watched):
    sign_in(page, address)
    add_passkey(page, alone=True)
    codes = page.locator(".recovery-codes li").count()
    sign_out(page)
    solve(page)

    page.goto(f"/accounts/login/?next={EXERCISE}")
    press(page, "Sign in with a passkey")
    page.wait_for_url(lambda url: url.endswith(f":{site.port}{EXERCISE}"))

    assert codes == 10
    assert len(authenticator("getCredentials")["credentials"]) == 1
    assert (who(page), attempts(page)) == (address, 1)
    assert watched.console_errors == []


def test_passkey_is_the_second_step_after_a_password(page, authenticator, address):
    sign_in(page, address)
    add_passkey(page, alone=False)
    sign_out(page)

    sign_in(page, address)
    at = page.url
    before = page.context.request.get("/accounts/", max_redirects=0).status
    press(page, "Use a passkey")
    page.wait_for_url("**/")

    assert at.endswith("/accounts/2fa/authenticate/")
    assert before == 302
    assert who(page) == address


def test_passkey_is_renamed_and_removed(page, authenticator, address):
    sign_in(page, address)
    add_passkey(page, alone=True)

    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Rename Passkey").click()
    page.get_by_label("Name").fill("Phone")
    press(page, "Save")
    renamed = page.locator(".way-name").inner_text()
    page.get_by_role("link", name="Remove Phone").click()
    press(page, "Remove it")
    page.wait_for_url("**/2fa/webauthn/")

    assert renamed.startswith("Phone")
    assert page.locator(".way-name").count() == 0


def test_passkey_that_is_not_given_is_said_in_words(page, authenticator, address):
    sign_in(page, address)
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    authenticator("setUserVerified", isUserVerified=False)
    page.get_by_label("Sign in with it alone").check()
    press(page, "Add a passkey")

    status = page.locator("[data-passkey-status]")
    status.filter(has_text="No passkey was given").wait_for()
    assert page.url.endswith("/2fa/webauthn/add/")


def test_passkeys_are_not_offered_without_scripts(without_scripts, site, address):
    page = without_scripts
    sign_in(page, address)
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    page.goto("/accounts/2fa/webauthn/add/")

    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    assert not page.get_by_role("button", name="Add a passkey").is_visible()


def test_authenticator_app_and_recovery_code_open_the_account_without_scripts(without_scripts, address):
    page = without_scripts
    sign_in(page, address)
    page.goto("/accounts/2fa/totp/activate/")
    confirm(page)
    is_drawn = page.locator("img.qr").evaluate("image => image.naturalWidth > 50")
    page.get_by_label("Authenticator code").fill(totp_code(page.locator(".secret").inner_text()))
    press(page, "Switch it on")
    page.wait_for_url("**/recovery-codes/")
    code = page.locator(".recovery-codes code").first.inner_text()
    sign_out(page)

    sign_in(page, address)
    page.get_by_label("Code", exact=True).fill("000000")
    press(page, "Sign in")
    refusal = page.locator(".errorlist").inner_text()
    page.get_by_label("Code", exact=True).fill(code)
    press(page, "Sign in")

    assert is_drawn
    assert refusal == "Incorrect code."
    assert who(page) == address


def test_guest_work_moves_when_staff_enter_the_admin(page):
    solve(page)

    page.goto("/admin/")
    page.get_by_label("Email address or user name").fill("staff")
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/admin/")

    assert attempts(page) >= 1


def go_to_school(page, entrance="/accounts/login/"):
    page.goto(entrance)
    press(page, "School")
    page.wait_for_load_state("networkidle")


def test_another_site_opens_a_new_account_and_takes_a_guest_along(page, provider, watched):
    address = f"bo-{uuid4().hex[:8]}@example.org"
    provider.person = {"sub": uuid4().hex, "email": address, "email_verified": True, "name": "Bo"}
    solve(page)

    go_to_school(page, f"/accounts/login/?next={EXERCISE}")
    at, first = page.url, attempts(page)
    sign_out(page)
    go_to_school(page)

    assert at.endswith(EXERCISE)
    assert (who(page), first) == (address, 1)
    assert [error for error in watched.console_errors if "policy" in error.lower()] == []


def test_address_alone_opens_no_account_at_another_site(page, provider, address):
    provider.person = {"sub": uuid4().hex, "email": address, "email_verified": True}

    go_to_school(page)
    told = page.locator(".message").inner_text()
    page.get_by_label("Email address or user name").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/3rdparty/")
    press(page, "School")
    page.wait_for_url("**/reauthenticate/**")
    confirm(page)
    page.locator(".message", has_text="It is connected").wait_for()
    sign_out(page)
    go_to_school(page)

    assert told.startswith(f"There is an account with {address} already.")
    assert who(page) == address


@pytest.mark.parametrize("trouble", ["declined", "broken", "forged"])
def test_trouble_at_another_site_ends_on_a_page_of_ours(page, provider, trouble):
    provider.person = None
    provider.is_broken = trouble == "broken"
    try:
        if trouble == "forged":
            page.goto("/accounts/oidc/sso/login/callback/?code=x&state=forged")
        else:
            go_to_school(page)
    finally:
        provider.is_broken = False

    heading = {"declined": "Sign-in was cancelled"}.get(trouble, "Sign-in did not work")
    assert page.locator("h1").inner_text() == heading
    assert who(page) is None


def test_second_step_is_asked_for_after_another_site_too(page, provider, authenticator):
    address = f"bo-{uuid4().hex[:8]}@example.org"
    provider.person = {"sub": uuid4().hex, "email": address, "email_verified": True}
    go_to_school(page)
    # An account without a password has with its first passkey something to confirm with, and is asked for it.
    add_passkey(page, alone=False, leads_to="**/2fa/reauthenticate/?next=*recovery-codes*")
    page.get_by_role("link", name="Use a passkey").click()
    press(page, "Use a passkey")
    page.wait_for_url("**/recovery-codes/")
    sign_out(page)

    go_to_school(page)

    assert page.url.endswith("/accounts/2fa/authenticate/")


def test_token_is_made_used_and_revoked(page, address):
    sign_in(page, address)
    page.goto("/accounts/tokens/")
    page.get_by_label("Name of the new token").fill("laptop")
    press(page, "Make it")
    confirm(page)
    key = page.locator(".made .secret").inner_text()
    progress = "/api/v1/me/progress/"
    headers = {"Authorization": f"Token {key}"}
    used = page.request.get(progress, headers=headers).status
    page.goto("/accounts/tokens/")
    listed = page.locator(".ways").inner_text()
    press(page, "Revoke laptop")
    page.locator(".message", has_text="is revoked").wait_for()

    assert (used, page.request.get(progress, headers=headers).status) == (200, 401)
    assert f"…{key[-4:]}" in listed
    assert "Last used on" in listed


def test_account_is_taken_along_and_deleted(page, address):
    sign_in(page, address)
    solve(page)
    link = page.locator("[data-history] li a").first.get_attribute("href")
    page.goto("/accounts/")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download your data").click()
    document = json.loads(started.value.path().read_text())
    page.get_by_role("link", name="Delete your account").click()
    confirm(page)
    page.get_by_label("Delete my account and everything in it").check()
    press(page, "Delete my account")
    page.locator(".message", has_text="Your account is deleted").wait_for()

    assert document["submission"][0]["files"]["main.py"] == RIGHT
    assert page.goto(link).status == 404
    page.goto("/accounts/login/")
    page.get_by_label("Email address or user name").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    assert "not correct" in page.locator("main").inner_text()


def test_other_sessions_are_ended(page, browser, base_url, address):
    other = browser.new_context(base_url=base_url)
    sign_in(other.new_page(), address)
    sign_in(page, address)

    page.goto("/accounts/sessions/")
    before = page.locator(".ways li").count()
    press(page, "Sign out everywhere else")
    page.locator(".message", has_text="signed out everywhere else").wait_for()
    elsewhere = other.request.get("/accounts/", max_redirects=0).status
    other.close()

    assert (before, page.locator(".ways li").count(), elsewhere) == (2, 1, 302)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["entrances", "own pages"])
def test_account_pages_are_accessible_and_fit(page, address, scheme, kind):
    page.emulate_media(color_scheme=scheme)
    if kind == "own pages":
        sign_in(page, address)
        page.goto("/accounts/tokens/")
        page.get_by_label("Name of the new token").fill("laptop")
        press(page, "Make it")
        confirm(page)
    problems = []
    for path in ENTRANCES if kind == "entrances" else OWN_PAGES:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"/accounts/{path}", wait_until="networkidle")
        problems += [(path, violation) for violation in axe_violations(page)]
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") != width:
                problems.append((path, f"wider than {width}"))
        low = (
            page.locator("main")
            .locator("button, .btn")
            .evaluate_all(
                "all => all.filter(each => each.offsetParent && each.offsetHeight < 40).map(each => each.outerHTML)"
            )
        )
        problems += [(path, button) for button in low]
        if re.search(r"Sign (In|Up|Out)|E-mail", page.locator("body").inner_text()):
            problems.append((path, "words of others"))

    assert problems == []
