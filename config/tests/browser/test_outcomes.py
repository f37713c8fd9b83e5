"""What a page says where it was not the learner who failed, and what it offers after a result."""

import shutil

import pytest

from config.tests.browser.conftest import (
    EXERCISE,
    RIGHT,
    WRONG,
    axe_violations,
    wait_for_outcome,
    write_code,
)
from config.tests.site import Site, wait_for

pytestmark = pytest.mark.browser

NETWORK = RIGHT.replace("    return", "    import urllib.request as web; web.urlopen('http://example.org')\n    return")


@pytest.fixture(scope="module")
def site_without_sandbox(tmp_path_factory, prepared_database):
    """A site whose worker finds no Python to run anything with."""
    with Site(tmp_path_factory.mktemp("away"), LEARNER_PYTHON="/nonexistent/python", RUN_MAX_TRIES="2") as site:
        shutil.copy(prepared_database, site.database)
        site.start("broker", "web", "worker", "beat")
        yield site


def test_sandbox_that_is_away_is_our_fault_keeps_the_code_and_counts_no_attempt(page, site_without_sandbox):
    page.goto(site_without_sandbox.url + EXERCISE)
    write_code(page, RIGHT)
    page.locator("[data-submit]").click()
    page.wait_for_selector("[data-live-result][data-pending=false][data-outcome=unavailable]", timeout=60_000)

    text = page.locator("[data-live-result]").inner_text()
    assert page.locator(".result-headline").inner_text() == "We could not run your code. This is our fault."
    assert "Your code is saved, and this attempt does not count." in text
    assert "tell us the number" in text
    assert "Attempt" not in page.locator(".result-facts").inner_text()
    assert page.locator("textarea[name='file:main.py']").input_value() == RIGHT
    assert page.get_by_role("button", name="Try again").is_visible()
    assert axe_violations(page) == []


@pytest.mark.parametrize(
    ("source", "outcome", "headline", "said"),
    [
        (None, "unfinished", "Nothing here yet: root() still has ...", "This does not count as a failed attempt."),
        (NETWORK, "blocked", "The network is closed in this sandbox", "files can be written only in the work folder"),
        (
            RIGHT.replace("from flask", "from flsk"),
            "not_started",
            "Your code imports something that is not there",
            "Did you mean flask?",
        ),
    ],
    ids=["unfinished", "blocked", "import"],
)
def test_outcome_says_what_happened_and_what_helps(page, source, outcome, headline, said):
    page.goto(EXERCISE)
    page.wait_for_selector(".cm-content")
    if source:
        write_code(page, source)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, outcome)

    assert page.locator(".result-headline").inner_text() == headline
    assert said in page.locator("[data-live-result]").inner_text()
    assert "Fail" not in page.locator("[data-live-result] .test-word").all_inner_texts()
    assert axe_violations(page) == []


def test_failed_test_can_be_repeated_by_a_line_that_is_copied(page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")
    opened = page.locator("details.test[open]").first

    opened.get_by_text("Try it yourself").click()
    opened.locator(".replay button").click()
    wait_for(lambda: page.evaluate("navigator.clipboard.readText()"), "the line on the clipboard")

    assert page.evaluate("navigator.clipboard.readText()").strip() == "curl -i http://127.0.0.1:5000/"


def test_difference_between_expected_and_got_is_marked(page):
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")

    opened = page.locator("details.test[open]").first
    assert opened.locator(".compare-expected mark").all_inner_texts() == ["Flask"]
    assert opened.locator(".compare-got mark").all_inner_texts() == ["Django"]


def test_what_differs_can_be_read_in_forced_colours(page):
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "fail")

    colours = "mark => [getComputedStyle(mark).color, getComputedStyle(mark).backgroundColor]"
    ink, ground = page.locator(".compare mark").first.evaluate(colours)
    assert (ink, ground) == ("rgb(0, 0, 0)", "rgb(255, 255, 0)")  # MarkText and Mark, as browsers have them


def test_the_time_of_a_test_stands_beside_its_name_on_a_phone_however_long_it_took(phone):
    phone.goto(EXERCISE)
    phone.get_by_role("tab", name="Code").click()
    write_code(phone, WRONG)
    phone.locator("[data-submit]").click()
    wait_for_outcome(phone, "fail")

    phone.locator(".test-time").evaluate_all("all => all.forEach((one, at) => { one.textContent = `${12 ** at} ms` })")

    off = phone.locator(".test > summary").evaluate_all(
        """rows => rows.map((row) => {
            const [own, time] = [row, row.lastElementChild].map((one) => one.getBoundingClientRect())
            return Math.abs(time.top + time.bottom - own.top - own.bottom) / 2
        })"""
    )
    assert max(off) < 1, off


def test_hints_beside_a_result_lead_to_the_help(phone):
    phone.goto(EXERCISE)
    phone.get_by_role("tab", name="Code").click()
    write_code(phone, WRONG)
    phone.locator("[data-submit]").click()
    wait_for_outcome(phone, "fail")

    phone.locator("[data-help-link]").click()

    wait_for(lambda: phone.evaluate("document.activeElement.id") == "help", "focus on the help")
    assert phone.locator("[data-open-hint]").is_visible()


def test_help_keeps_the_focus_when_a_result_brings_it_up_to_date(page):
    held = []
    page.route("**/help", lambda route: held.append(route))
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")
    wait_for(lambda: (page.wait_for_timeout(50), held)[1], "the question for the help")
    page.locator("[data-help-link]").click()
    assert page.evaluate("document.activeElement.id") == "help"
    page.evaluate("document.activeElement.dataset.isOld = 'yes'")

    held.pop().continue_()

    page.wait_for_selector("#help:not([data-is-old])")
    assert page.evaluate("document.activeElement.id") == "help"


def test_a_hint_is_not_lost_when_a_result_brings_the_help_up_to_date(page):
    held = {"GET": [], "POST": []}
    page.route("**/help", lambda route: held[route.request.method].append(route))
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")
    wait_for(lambda: (page.wait_for_timeout(50), held["GET"])[1], "the question for the help")
    page.evaluate("document.querySelector('#help').dataset.isOld = 'yes'")

    page.locator("[data-open-hint]").click()
    page.wait_for_timeout(500)  # long enough to ask
    held["GET"].pop().continue_()
    page.wait_for_selector("#help:not([data-is-old])")
    wait_for(lambda: (page.wait_for_timeout(50), held["POST"])[1], "the question for the hint")
    held["POST"].pop().continue_()

    page.wait_for_selector("#hint-1")
    assert page.evaluate("document.activeElement.id") == "hint-1"
