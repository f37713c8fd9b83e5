"""A learner's code: saved while one types, on every device, through a network that drops."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from config.tests.browser.conftest import EXERCISE, RIGHT, WRONG, axe_violations, wait_for_outcome, write_code
from config.tests.site import wait_for

pytestmark = pytest.mark.browser
DRAFT = "**/api/v1/exercises/*/draft/"
SUBMISSIONS = "**/api/v1/exercises/*/submissions/"
PANEL = "**/submissions/*/panel"
PASSWORD = "correct-horse-battery"


@pytest.fixture
def second(browser: Browser, base_url: str):
    """Another device."""
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def text_of(page: Page) -> str:
    return page.locator("textarea[name='file:main.py']").input_value()


def wait_until_saved(page: Page) -> None:
    page.get_by_text(re.compile(r"^Draft saved \d\d:\d\d$")).wait_for()


def begin(page: Page, source: str) -> None:
    """Open the exercise, write, and wait until the server has it."""
    page.goto(EXERCISE)
    write_code(page, source)
    wait_until_saved(page)


def draft_of(page: Page) -> dict[str, Any]:
    """What the server has."""
    address = page.locator("[data-exercise]").get_attribute("data-draft-url")
    return dict(page.evaluate("async url => (await fetch(url)).json()", address))


def share_guest(page: Page, second: Page) -> None:
    """Make the other device the same guest, as an account would be the same learner."""
    second.context.add_cookies([cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"])


def sign_up(page: Page, name: str) -> None:
    page.goto("/accounts/signup/")
    page.locator("input[name=email]").fill(f"{name}@example.org")
    page.locator("input[name=password1]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("input[name=password1]").press("Enter")


def log_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(f"{name}@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("input[name=password]").press("Enter")


def history(page: Page) -> list[str]:
    return page.locator("[data-history] .history-number").all_inner_texts()


def test_typed_text_is_back_after_a_reload_and_on_another_device(page, second):
    begin(page, "# written by a guest\n")
    page.reload()
    after_reload = text_of(page)
    sign_up(page, "drafts")

    log_in(second, "drafts")
    second.goto(EXERCISE)

    assert after_reload == "# written by a guest\n"
    assert text_of(second) == "# written by a guest\n"
    assert second.locator("[data-saved]").inner_text().startswith("Draft saved")


@pytest.mark.parametrize("choice", ["Use it", "Keep mine"])
def test_two_devices_with_different_drafts_choose_and_lose_nothing(page, second, choice):
    begin(page, "# first\n")
    share_guest(page, second)
    second.goto(EXERCISE)
    second.wait_for_selector(".cm-content")
    write_code(page, "# from the first device\n")
    page.keyboard.press("Control+s")
    wait_for(lambda: draft_of(page)["version"] == 2, "saving")

    write_code(second, "# from the second device\n")
    second.get_by_text(re.compile(r"A newer draft from \d\d:\d\d on another device\.")).wait_for()
    assert axe_violations(second) == []
    second.get_by_role("button", name="Compare", exact=True).click()
    dialog = second.get_by_role("dialog", name="Two drafts")
    dialog.get_by_role("table").wait_for()
    compared = dialog.locator("del, ins").all_inner_texts()
    assert axe_violations(second) == []
    second.keyboard.press("Escape")
    second.get_by_role("button", name=choice, exact=True).click()
    wait_until_saved(second)

    mine, theirs = "# from the second device\n", "# from the first device\n"
    chosen, other = (theirs, mine) if choice == "Use it" else (mine, theirs)
    assert compared == [theirs.strip(), mine.strip()]
    assert text_of(second) == chosen
    wait_for(lambda: history(second) == ["Draft"], "the entry")
    second.locator("[data-history] li a").click()
    assert second.locator(".hl").inner_text().strip() == other.strip()
    second.goto(EXERCISE)
    assert text_of(second) == chosen


def test_a_device_that_wrote_nothing_follows_the_other(page, second):
    begin(page, "# first\n")
    share_guest(page, second)
    second.goto(EXERCISE)
    second.wait_for_selector(".cm-content")
    write_code(page, "# newer\n")
    page.keyboard.press("Control+s")
    wait_for(lambda: draft_of(page)["version"] == 2, "saving")

    second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody comes back to it

    wait_for(lambda: text_of(second) == "# newer\n", "the newer draft")


def test_without_a_network_the_code_is_kept_here_and_saved_later(page):
    begin(page, "# before\n")

    page.context.set_offline(True)
    write_code(page, "# without a network\n")
    page.get_by_text("Saved on this device only").wait_for()
    page.context.set_offline(False)

    wait_until_saved(page)
    assert draft_of(page)["files"] == {"main.py": "# without a network\n"}


def test_what_the_server_never_got_is_back_after_a_reload(page):
    begin(page, "# before\n")
    page.route(DRAFT, lambda route: route.abort())
    write_code(page, "# never sent\n")
    page.get_by_text("Saved on this device only").wait_for()

    page.unroute(DRAFT)
    page.reload()

    wait_until_saved(page)
    assert text_of(page) == "# never sent\n"


def lose_answer(route: Route) -> None:
    """The request arrives, its answer does not."""
    route.fetch()
    route.abort()


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("meanwhile", ["waiting", "reload"])
def test_a_submission_whose_network_drops_arrives_once(page, lost, meanwhile):
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.route(SUBMISSIONS, lose_answer if lost == "answer" else lambda route: route.abort())

    page.keyboard.press("Control+Enter")
    page.get_by_text("We cannot reach the server. Your code is kept here").wait_for()
    page.unroute(SUBMISSIONS)
    if meanwhile == "reload":
        page.reload()

    wait_for_outcome(page, "fail")
    wait_for(lambda: history(page) == ["Attempt 1"], "one attempt")
    assert page.locator("[data-submit-error]").inner_text() == ""
    assert text_of(page) == WRONG


def test_a_result_comes_in_although_the_network_dropped_while_it_was_judged(page):
    page.goto(EXERCISE)
    write_code(page, "import time\ntime.sleep(2)\n" + RIGHT)

    with page.expect_response(lambda response: response.status == 202):
        page.keyboard.press("Control+Enter")
    page.context.set_offline(True)
    page.get_by_text("The result comes here when the network is back").wait_for()
    page.context.set_offline(False)

    wait_for_outcome(page, "pass")
    assert page.locator("[data-submit-error]").inner_text() == ""


@pytest.mark.parametrize("end", ["stopped", "gone"])
def test_nothing_is_said_of_a_result_any_more_that_is_no_longer_waited_for(page, end):
    page.route("**/events/", lambda route: route.abort())  # only to be asked every two seconds
    page.goto(EXERCISE)
    write_code(page, "import time\ntime.sleep(8)\n" + RIGHT)
    page.keyboard.press("Control+Enter")
    stop = page.get_by_role("button", name="Stop")
    stop.wait_for()
    is_stopped = []
    page.on("request", lambda request: request.url.endswith("/cancel/") and is_stopped.append(request))
    page.route(PANEL, lambda route: route.continue_() if is_stopped else route.abort())
    page.get_by_text("The result comes here when the network is back").wait_for()

    if end == "stopped":
        stop.click()
        wait_for_outcome(page, "cancelled")
    else:
        page.route(PANEL, lambda route: route.fulfill(status=404))

    wait_for(lambda: page.locator("[data-submit-error]").inner_text() == "", "the sentence to go")


def test_without_a_network_a_hint_says_so_and_nothing_is_handed_in(page):
    begin(page, "# my own work\n")
    page.context.set_offline(True)

    page.locator("[data-open-hint]").click()
    page.get_by_text("Ask for the hint again when you are online").wait_for()
    page.context.set_offline(False)
    page.locator("[data-open-hint]").click()

    page.locator("#hint-1").wait_for()
    assert page.locator("[data-submit-error]").inner_text() == ""
    assert page.locator("[data-live-result]").count() == 0


def test_a_hint_leaves_what_is_said_of_a_submission_that_waits(page):
    begin(page, WRONG)
    page.route(SUBMISSIONS, lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    waits = page.get_by_text("is submitted as soon as the network is back")
    waits.wait_for()

    page.locator("[data-open-hint]").click()
    page.locator("#hint-1").wait_for()

    assert waits.is_visible()


def test_reset_asks_restores_the_start_and_keeps_the_old_code(page):
    begin(page, "# my own work\n")
    starter = page.locator("textarea[name='file:main.py']").get_attribute("data-starter")

    page.get_by_role("link", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep my code").click()
    kept = text_of(page)
    page.get_by_role("link", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace it").click()
    wait_for(lambda: text_of(page) == starter, "the start version")

    assert kept == "# my own work\n"
    wait_for(lambda: history(page) == ["Draft"], "the entry")
    page.reload()
    assert text_of(page) == starter
    page.locator("[data-history] li a").click()
    assert page.locator(".hl").inner_text().strip() == "# my own work"


def test_without_a_network_reset_says_so_and_changes_nothing(page):
    begin(page, "# my own work\n")
    page.context.set_offline(True)

    page.get_by_role("link", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace it").click()
    page.get_by_text("Reset works again then").wait_for()

    assert text_of(page) == "# my own work\n"


def test_history_compares_any_two_and_older_code_is_used_again(page):
    page.goto(EXERCISE)
    for source in (WRONG, RIGHT):
        write_code(page, source)
        page.locator("[data-submit]").click()
        wait_for_outcome(page, "pass" if source == RIGHT else "fail")
    write_code(page, RIGHT + "# the present draft\n")

    page.get_by_role("link", name="Compare, use again, download").click()  # saves first
    page.wait_for_url("**/history/")
    assert axe_violations(page) == []
    page.get_by_label("Compare", exact=True).select_option(label=first_with(page, "Attempt 1"))
    page.get_by_label("with", exact=True).select_option(label=first_with(page, "Attempt 2"))
    page.get_by_role("button", name="Show differences").click()
    page.wait_for_url("**/history/?a=*")
    compared = page.locator("del, ins").all_inner_texts()
    marked = page.locator("del mark, ins mark").all_inner_texts()
    page.get_by_role("link", name="History").last.click()
    page.get_by_role("button", name=re.compile(r"Use this code\s*: Attempt 1")).click()

    assert [line.strip() for line in compared] == [
        'return {"message": "Hello from Django"}', 'return {"message": "Hello from Flask"}',
    ]  # fmt: skip
    assert marked == ["Django", "Flask"]
    assert text_of(page) == WRONG
    assert history(page) == ["Draft", "Attempt 2", "Attempt 1"]
    page.locator("[data-history] li a").first.click()
    assert page.locator(".hl").inner_text().strip().endswith("# the present draft")


def first_with(page: Page, text: str) -> str:
    return next(label for label in page.locator("#compare-a option").all_inner_texts() if label.startswith(text))


PAGES_OF_CODE = ["history/", "history/?a=start&b=now", "reset/"]


@pytest.mark.parametrize("path", PAGES_OF_CODE)
def test_pages_about_code_are_accessible_and_fit_every_window(page, watched, path):
    begin(page, RIGHT)
    page.get_by_role("link", name="Reset").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace it").click()
    wait_for(lambda: history(page) == ["Draft"], "the entry")
    write_code(page, RIGHT)
    page.keyboard.press("Control+s")
    wait_until_saved(page)

    page.goto(EXERCISE + path)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)  # until no colour is on its way to another
        assert axe_violations(page) == [], scheme
    for width in (1024, 390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert watched.console_errors == []


def test_without_scripts_code_is_compared_used_again_and_reset(without_scripts):
    page = without_scripts
    page.goto(EXERCISE)
    page.locator("textarea[name='file:main.py']").fill(WRONG)
    page.get_by_role("button", name="Submit").click()
    page.goto(EXERCISE)
    starter = page.locator("textarea[name='file:main.py']").get_attribute("data-starter")

    page.get_by_role("link", name="Reset").click()
    page.get_by_role("button", name="Replace it").click()
    after_reset = text_of(page)
    page.get_by_role("link", name="Compare, use again, download").click()
    page.get_by_role("link", name="Compare with now").click()
    page.wait_for_url("**/history/?a=*")
    compared = page.locator("del").count(), page.locator("ins").count()
    page.get_by_role("link", name="History").last.click()
    page.get_by_role("button", name="Use this code").click()

    assert after_reset == starter
    assert min(compared) > 0
    assert text_of(page) == WRONG


def two_tabs(context: BrowserContext) -> tuple[Page, Page]:
    return context.new_page(), context.new_page()


def test_without_scripts_typed_code_is_there_when_one_comes_back(without_scripts):
    page = without_scripts
    page.goto(EXERCISE)
    page.locator("textarea[name='file:main.py']").fill("# not sent yet\n")

    page.get_by_role("link", name="Read the lesson again").click()
    page.wait_for_url("**/courses/**")
    page.go_back()

    assert text_of(page) == "# not sent yet\n"


def test_a_second_tab_that_wrote_nothing_follows_the_first(context):
    first, other = two_tabs(context)
    begin(first, "# first\n")
    other.goto(EXERCISE)
    other.wait_for_selector(".cm-content")

    write_code(first, "# newer\n")

    wait_for(lambda: text_of(other) == "# newer\n", "the text in the other tab")
    write_code(other, "# newer still\n")
    wait_for(lambda: text_of(first) == "# newer still\n", "the text in the first tab")
    assert other.locator("[data-conflict] button").count() == 0
