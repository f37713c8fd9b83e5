"""Staff edit the same content in the admin, and learners see it when it is published."""

import re

import pytest
from playwright.sync_api import expect

from config.tests.browser.conftest import COURSE, STAFF_PASSWORD, write_code

pytestmark = pytest.mark.browser


@pytest.fixture
def staff(page):
    page.goto("/admin/")
    page.get_by_label("Email address or user name").fill("staff")
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    return page


def test_edit_is_a_draft_until_it_is_published(staff, browser, base_url):
    learner = browser.new_context(base_url=base_url).new_page()
    lesson = f"{COURSE}selection-criteria/"
    staff.goto("/admin/courses/lesson/?q=selection-criteria")
    staff.get_by_role("link", name=re.compile("^Four criteria")).click()

    staff.get_by_label("Title").fill("Five criteria, or four")
    staff.get_by_role("button", name="Save and continue editing").click()
    staff.locator(".messagelist .success").wait_for()
    learner.goto(lesson)
    before = learner.locator("h1").inner_text()
    staff.goto(staff.get_by_role("link", name="View as learner").get_attribute("href"))
    seen_by_staff = staff.locator("h1").inner_text()
    staff.goto("/admin/courses/lesson/?q=selection-criteria")
    staff.get_by_role("link", name=re.compile("^Five criteria")).click()
    staff.get_by_role("button", name="Save and publish").click()
    staff.locator(".messagelist .success").wait_for()
    learner.reload()
    after = learner.locator("h1").inner_text()
    learner.context.close()

    assert before.startswith("Four criteria")
    assert (seen_by_staff, after) == ("Five criteria, or four", "Five criteria, or four")


def test_cases_that_cannot_be_read_are_saved_and_named_with_their_line(staff):
    staff.goto("/admin/exercises/family/")
    staff.get_by_role("link", name="health", exact=True).click()
    lines = staff.locator("[name=cases_toml]").input_value().splitlines()
    write_code(staff, "\n".join([*lines, "colour = 3"]))

    staff.get_by_role("button", name="Save and continue editing").click()

    staff.locator(".messagelist .warning").wait_for()
    named = staff.locator(".errornote li").first.inner_text()
    write_code(staff, "\n".join(lines))
    staff.get_by_role("button", name="Save and continue editing").click()
    expect(staff.locator(".errornote")).to_have_count(0)
    assert named.startswith(f"Line {len(lines) + 1}: ")


@pytest.mark.parametrize("address", ["/admin/", "/admin/courses/lesson/", "/admin/exercises/run/"])
def test_admin_loads_nothing_from_elsewhere_and_keeps_to_its_policy(staff, watched, address):
    staff.goto(address, wait_until="networkidle")

    assert (watched.foreign_requests, watched.console_errors) == ([], [])
