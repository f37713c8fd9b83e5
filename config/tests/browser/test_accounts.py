"""Accounts: sign-up, login, reset; and a guest's work moves along."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from config.tests.browser.conftest import EXERCISE, LESSON, RIGHT, wait_for_outcome, write_code
from config.tests.site import wait_for

pytestmark = pytest.mark.browser

PASSWORD = "a-long-enough-Passw0rd"


def new_address():
    return f"ana-{uuid4().hex[:8]}@example.org"


def sign_up(page, address):
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name=re.compile("sign up", re.IGNORECASE)).click()
    page.wait_for_url(lambda url: "/accounts/signup" not in url)


def log_in(page, address):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def solve(page):
    page.goto(EXERCISE)
    write_code(page, RIGHT)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "pass")


def test_guest_work_moves_to_the_account_at_sign_up_and_at_login(browser, base_url):
    address = new_address()
    first, second = (browser.new_context(base_url=base_url) for _ in range(2))
    try:
        page = first.new_page()
        solve(page)
        page.goto(LESSON)
        page.get_by_role("button", name="Mark as done").click()
        sign_up(page, address)
        page.goto(EXERCISE)
        after_sign_up = page.locator("[data-history] li a").count()

        other = second.new_page()
        solve(other)
        log_in(other, address)
        other.goto(EXERCISE)
        after_login = other.locator("[data-history] li a").count()
        progress = other.evaluate("fetch('/api/v1/me/progress/').then(response => response.json())")
    finally:
        first.close()
        second.close()

    assert (after_sign_up, after_login) == (1, 2)
    assert "sync-and-async" in str(progress)
    assert "hello-flask" in str(progress)


def test_submission_of_an_account_is_hidden_from_others(browser, base_url):
    owner, stranger = (browser.new_context(base_url=base_url) for _ in range(2))
    try:
        page = owner.new_page()
        sign_up(page, new_address())
        solve(page)
        address = page.locator("[data-history] li a").first.get_attribute("href")

        seen = [context.new_page().goto(address).status for context in (owner, stranger)]
    finally:
        owner.close()
        stranger.close()

    assert seen == [200, 404]


def test_messages_take_their_room_from_the_panes_and_can_be_closed(page):
    page.goto(f"/accounts/signup/?next={EXERCISE}")
    page.get_by_label("Email").fill(new_address())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up", exact=True).click()
    page.wait_for_url(f"**{EXERCISE}")

    messages = page.locator("[data-messages] li")
    assert messages.count() == 2
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    for left in (1, 0):
        page.get_by_role("button", name="Close this message").first.click()
        assert messages.count() == left
        assert page.evaluate("document.activeElement.id") == "content"
    assert page.locator("[data-messages]").count() == 0  # nor the strip that it stood in


def test_password_is_reset_by_mail(page, site):
    address = new_address()
    sign_up(page, address)
    page.context.clear_cookies()

    page.goto("/accounts/password/reset/")
    page.get_by_label("Email").fill(address)
    page.locator("main").get_by_role("button").click()
    link = wait_for(
        lambda: re.findall(r"(/accounts/password/reset/key/\S+)", (site.folder / "site.log").read_text()), "the mail"
    )[-1]
    page.goto(link)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD + "-new")
    page.get_by_role("button", name="Save it").click()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD + "-new")
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)

    assert page.context.request.get("/accounts/email/").status == 200


def test_what_a_form_refused_has_the_focus_and_the_title_says_so(page):
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill(new_address())
    page.get_by_label("Password", exact=True).fill("123")
    page.locator("main").get_by_role("button", name="Sign up", exact=True).click()

    page.get_by_text("This password is too short").first.wait_for()

    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(re.compile("too short"))
    assert page.title() == "Not accepted: Sign up · Fieldguide"


def test_wrong_password_is_refused_in_words(page):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(new_address())
    page.get_by_label("Password", exact=True).fill("wrong")

    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()

    assert "not correct" in page.locator("main").inner_text()
    assert "not correct" in page.evaluate("document.activeElement.innerText")
