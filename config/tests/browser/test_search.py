"""The search: from the keyboard, from the bar, on a phone, and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from config.tests.browser.conftest import EXERCISE, LESSON, axe_violations, write_code

pytestmark = pytest.mark.browser

COURSE = "/courses/python-web-frameworks/"


def field(page: Page):
    return page.get_by_role("combobox")


def options(page: Page):
    return page.get_by_role("option")


def look_for(page: Page, query: str) -> None:
    """Type *query* into the open dialog, and wait for what is said of it."""
    before = page.locator("dialog.search [role=status]")
    with page.expect_response(lambda response: "/search/hits" in response.url):
        field(page).fill(query)
    expect(before).not_to_be_empty()


@pytest.mark.parametrize("keys", ["/", "Control+k"])
def test_search_by_keyboard_opens_the_second_hit(page, watched, keys):
    page.goto(LESSON)

    page.keyboard.press(keys)
    expect(field(page)).to_be_focused()
    page.keyboard.insert_text("async")  # at once: on a slow machine the hits of its beginning would come in between
    expect(options(page).first).to_be_visible()
    expect(page.locator("dialog.search [role=status]")).to_have_text(re.compile(r"^\d+ results$"))
    first, second = (options(page).nth(index).get_attribute("href") for index in (0, 1))
    page.keyboard.press("ArrowDown")
    expect(field(page)).to_have_attribute("aria-activedescendant", options(page).nth(1).get_attribute("id"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")

    page.goto("/search/?q=async")
    assert page.locator(".hits a").first.get_attribute("href") == first
    assert (watched.foreign_requests, watched.console_errors) == ([], [])


def test_search_moves_through_all_hits_and_around(page):
    page.goto(LESSON)
    page.keyboard.press("/")
    look_for(page, "gevent")
    expect(options(page).first).to_be_visible()
    count = options(page).count()

    def chosen() -> int:
        return options(page).evaluate_all("options => options.findIndex(one => one.ariaSelected === 'true')")

    seen = [chosen()]
    for key in ["ArrowUp", "ArrowDown", "ArrowDown"]:
        page.keyboard.press(key)
        seen.append(chosen())

    assert seen == [0, count - 1, 0, 1]
    assert page.locator("dialog.search [role=option][aria-selected=true]").count() == 1


def test_search_closes_by_escape_and_gives_focus_back(page):
    page.goto(LESSON)
    page.locator("[data-search-open]:visible").last.focus()
    page.keyboard.press("Enter")
    look_for(page, "async")

    page.keyboard.press("Escape")

    expect(page.locator("dialog.search")).to_be_hidden()
    expect(page.locator("[data-search-open]").last).to_be_focused()


def test_search_shows_the_answer_to_the_last_question_only(page):
    """The answer to the first is held back until that to the second is there."""
    page.goto(LESSON)
    held = []

    def hold(route) -> None:
        held.append(route) if "q=flask" in route.request.url else route.continue_()

    page.route("**/search/hits*", hold)
    page.keyboard.press("/")
    with page.expect_request("**/search/hits?q=flask"):
        field(page).fill("flask")
    with page.expect_response("**/search/hits?q=tornado"):
        field(page).fill("tornado")
    expect(options(page).first).to_have_attribute("href", f"{COURSE}tornado/")
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)

    expect(options(page).first).to_have_attribute("href", f"{COURSE}tornado/")


def test_search_that_does_not_answer_says_so_and_leads_to_its_page(page):
    page.goto(LESSON)
    page.route("**/search/hits*", lambda route: route.abort())
    page.keyboard.press("/")
    field(page).fill("flask")
    expect(page.locator("dialog.search [role=status]")).to_have_text(
        "The search does not answer. Press Enter to try once more."
    )

    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=flask")

    assert page.locator(".hits a").count() > 0


def test_search_without_a_hit_says_so(page):
    page.goto(LESSON)
    page.keyboard.press("/")
    look_for(page, "xylophone")

    expect(page.locator("dialog.search [role=status]")).to_have_text("Nothing found. Fewer or other words may help.")
    expect(field(page)).to_have_attribute("aria-expanded", "false")


def test_search_keys_do_nothing_while_somebody_types_or_when_switched_off(page, context, base_url):
    page.goto(EXERCISE)
    write_code(page, "")
    page.keyboard.type("a / b")
    assert page.locator(".cm-content").inner_text().strip() == "a / b"
    expect(page.locator("dialog.search")).to_be_hidden()

    context.add_cookies([{"name": "keys", "value": "0", "url": base_url}])
    page.goto(LESSON)
    page.keyboard.press("/")
    expect(page.locator("dialog.search")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()  # no single key


def test_search_leads_to_a_listing_in_a_tab(page):
    page.goto(LESSON)
    page.keyboard.press("/")
    look_for(page, "tornado.web hello")
    listing = page.locator('dialog.search [href$="hello-in-every-framework/#listing-tornado"]')
    expect(listing).to_be_visible()

    listing.click()
    page.wait_for_url("**#listing-tornado")

    expect(page.locator("#listing-tornado")).to_be_in_viewport()


def test_search_closes_when_a_hit_is_on_the_page_itself(page):
    page.goto(LESSON)
    page.keyboard.press("/")
    look_for(page, "arithmetic behind")
    expect(options(page).first).to_have_attribute("href", re.compile("sync-and-async/#the-arithmetic-behind-it$"))

    page.keyboard.press("Enter")

    expect(page.locator("dialog.search")).to_be_hidden()
    expect(page.locator("#the-arithmetic-behind-it")).to_be_in_viewport()


def test_search_on_a_phone_opens_from_the_bar(phone):
    phone.goto(LESSON)
    opener = phone.locator(".bar-search")
    box = opener.bounding_box()
    opener.tap()
    look_for(phone, "flask")
    expect(options(phone).first).to_be_visible()

    assert min(box["width"], box["height"]) >= 44
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert all(option.bounding_box()["height"] >= 44 for option in options(phone).all()[:3])

    options(phone).first.tap()
    phone.wait_for_url("**/compare-with-flask/")


def test_search_form_of_a_lesson_works_without_scripts(without_scripts):
    page = without_scripts
    page.goto(LESSON)

    page.get_by_role("searchbox").fill("fastpi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=fastpi")
    page.locator(".hits a").first.click()

    page.wait_for_url(f"**{COURSE}first-app-fastapi/")


def test_search_is_reached_without_scripts_in_a_narrow_window(without_scripts):
    page = without_scripts
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(LESSON)

    page.locator(".bar-search").click()
    page.wait_for_url("**/search/")
    page.get_by_role("searchbox").fill("gevent")
    page.get_by_role("button", name="Search").click()

    page.wait_for_url("**/search/?q=gevent")
    assert page.locator(".hits a").first.get_attribute("href") == f"{COURSE}gevent/"


def test_second_skip_link_leads_to_the_search(page):
    page.goto(LESSON)
    for key in ["Tab", "Tab", "Enter", "Tab", "Enter"]:
        page.keyboard.press(key)

    expect(field(page)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/search/", "/search/?q=async", "/search/?q=xylophone", "/search/?q=flask&in=listings"]
)
def test_search_page_has_no_accessibility_violations(page, address, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(address)

    assert axe_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "async", "fastpi qqqq", "xylophone"])
def test_search_dialog_has_no_accessibility_violations(page, query, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(LESSON)
    page.keyboard.press("/")
    if query:
        look_for(page, query)

    assert axe_violations(page) == []


@pytest.mark.parametrize("width", [320, 390])
def test_search_page_fits_a_small_window(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/search/?q=async")

    assert page.evaluate("document.documentElement.scrollWidth") == width
