"""Staff run what they wrote in the sandbox, and see what a learner would see, before anybody can solve it."""

import re

import pytest

from config.tests.browser.conftest import AXE_TAGS, STAFF_PASSWORD, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
SLUG = "hello-tornado"


def sign_in(page):
    page.goto("/admin/")
    page.get_by_label("Email address or user name").fill("staff")
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")


def open_exercise(page):
    page.goto(f"/admin/exercises/exercise/?q={SLUG}")
    page.locator("#result_list tbody th a").click()


def check_until(page, headline):
    """Press the button of the form, and follow the page that it leads to until it ends by itself."""
    page.get_by_role("button", name="Save and check in the sandbox").click()
    page.wait_for_url(re.compile(r"/check/\d+/$"))
    page.locator(".followed-headline", has_text=headline).wait_for(timeout=60_000)
    page.get_by_role("button", name="Check the draft again").wait_for()  # the page comes anew when it is over


def panel_of(page, program):
    return page.locator(".program", has=page.get_by_role("heading", name=program)).locator("[data-outcome]")


def write_solution(page, text):
    """Into the box that is sent, which the editor follows once it has come."""
    write = "(box, text) => { box.value = text; box.dispatchEvent(new Event('input', { bubbles: true })) }"
    page.locator("textarea[name='solution-0-text']").evaluate(write, text)


def test_check_shows_the_panel_of_a_learner_and_publishing_waits_for_it(page, browser, base_url, watched):
    sign_in(page)
    open_exercise(page)
    reference = page.locator("textarea[name='solution-0-text']")
    right = reference.input_value()
    write_solution(page, right.replace("Hello", "Goodbye"))

    check_until(page, "1 program does not do what it should")
    red = panel_of(page, "Reference")
    assert red.get_attribute("data-outcome") == "fail"
    assert "Goodbye" in red.locator(".compare-got").first.inner_text()
    assert panel_of(page, "Start code").get_attribute("data-outcome") == "unfinished"
    assert axe_violations(page, tags=AXE_TAGS) == []
    address = page.url
    page.get_by_role("link", name="Back to the exercise").click()
    page.get_by_role("button", name="Save and publish").click()
    refused = page.locator(".messagelist .error").inner_text()
    assert "The check of the draft in the sandbox found something wrong" in refused

    write_solution(page, right + "\n# The same, as a new version.\n")
    check_until(page, "Every program does what it should")
    assert page.url != address
    assert panel_of(page, "Reference").get_attribute("data-outcome") == "pass"
    page.get_by_role("link", name="Back to the exercise").click()
    page.get_by_role("button", name="Save and publish").click()
    page.locator(".messagelist .success").wait_for()
    assert watched.console_errors == []

    plain = browser.new_context(
        base_url=base_url, java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(address)
    assert panel_of(plain, "Reference").get_attribute("data-outcome") == "fail"
    plain.context.close()


def test_check_of_a_course_shows_how_far_it_is_and_stops(page):
    sign_in(page)
    page.goto("/admin/courses/course/")
    page.locator("tr", has_text="python-web-frameworks").locator("input.action-select").check()
    page.locator("select[name=action]").select_option("check_exercises")
    page.get_by_role("button", name="Go").click()
    page.locator(".messagelist a").click()

    page.locator("[data-followed]", has_text=re.compile(r"[1-9]\d* of \d+ runs are done")).wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop").click()

    page.locator(".followed-headline", has_text="Not every exercise could be checked").wait_for()
    page.get_by_role("button", name="Run what is left").click()
    page.locator("[data-followed] progress").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Check the drafts again").wait_for()


def test_listings_of_a_lesson_are_run_with_the_panel_of_run(page):
    sign_in(page)
    page.goto("/admin/courses/lesson/?q=first-app-fastapi")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Run every listing").click()

    page.get_by_role("button", name="Run every listing").click()

    page.locator(".followed-headline", has_text="Every listing runs").wait_for(timeout=60_000)
    page.get_by_role("button", name="Run every listing").wait_for()  # the page comes anew when it is over
    outcomes = page.locator(".program [data-outcome]").evaluate_all("found => found.map(one => one.dataset.outcome)")
    assert set(outcomes) == {"ran"}
    assert axe_violations(page, tags=AXE_TAGS) == []
