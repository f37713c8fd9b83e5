"""Getting help with an exercise: hints, and the solution for who is stuck."""

import pytest

from config.tests.browser.conftest import EXERCISE, RIGHT, WRONG, axe_violations, wait_for_outcome, write_code
from config.tests.site import wait_for

pytestmark = pytest.mark.browser
NO_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def learner(browser, base_url, scripts):
    """A page with or without JavaScript."""
    context = browser.new_context(
        base_url=base_url, viewport={"width": 1440, "height": 900}, java_script_enabled=scripts
    )
    yield context.new_page()
    context.close()


def fail(page, scripts, number):
    """Hand in attempt *number*, which fails; the page shows the one before until then."""
    page.goto(EXERCISE)
    source = f"{WRONG}# {number}\n"
    if scripts:
        write_code(page, source)
    else:
        page.locator("textarea[name='file:main.py']").fill(source)
    page.locator("[data-submit]").click()
    page.wait_for_selector(f"[data-live-result][data-pending=false][data-outcome=fail][data-number='{number}']")


@NO_SCRIPTS
def test_hints_open_in_order_and_what_was_typed_stays(learner, scripts):
    page = learner
    page.goto(EXERCISE)
    if scripts:
        write_code(page, "# my own work\n")
    else:
        page.locator("textarea[name='file:main.py']").fill("# my own work\n")
    seen = []

    for number in (1, 2, 3):
        page.locator("[data-open-hint]").click()
        page.wait_for_selector(f"#hint-{number}")
        seen.append(page.locator(".hint").count())
        if scripts:
            wait_for(lambda: page.evaluate("document.activeElement.id") == f"hint-{number}", "focus on the hint")  # noqa: B023

    assert seen == [1, 2, 3]
    assert page.locator(".hint-name").all_inner_texts() == [
        "Hint 1 of 3 a nudge",
        "Hint 2 of 3 where to look",
        "Hint 3 of 3 how to do it",
    ]
    assert page.locator("[data-open-hint]").count() == 0
    assert page.locator("textarea[name='file:main.py']").input_value() == "# my own work\n"
    page.goto(EXERCISE)
    assert page.locator(".hint").count() == 3
    assert not scripts or axe_violations(page) == []


@NO_SCRIPTS
def test_solution_stays_closed_until_two_attempts_failed_and_it_was_asked_for(learner, scripts):
    page = learner
    answers = [page.goto(f"{EXERCISE}solution").status]
    fail(page, scripts, number=1)
    answers.append(page.goto(f"{EXERCISE}solution").status)
    closed = page.locator("main").inner_text()

    fail(page, scripts, number=2)
    page.goto(EXERCISE)
    page.get_by_role("link", name="Open the solution").click()
    asked = page.locator("main").inner_text()
    page.get_by_role("button", name="Open the solution").click()
    page.get_by_role("heading", name="The solution").wait_for()

    assert answers == [403, 403]
    assert "after 1 more attempt that did not pass" in closed
    assert "It will be marked as done with solution" in asked
    assert "@app.get" not in asked
    assert "Hello from Flask" in page.locator(".codeblock").first.inner_text()
    assert page.locator(".diff-line--added").count() > 0
    assert not scripts or axe_violations(page) == []


def test_solution_opens_with_a_pass_while_the_page_is_open(page):
    page.goto(EXERCISE)
    before = page.locator(".help-condition").inner_text()
    write_code(page, RIGHT)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "pass")

    page.get_by_role("link", name="See the solution").first.wait_for()

    assert "after 2 more attempts" in before
    page.goto("/progress/")
    assert page.get_by_text("with solution", exact=True).count() == 0
