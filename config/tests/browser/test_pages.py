"""What holds on every page: own origin, strict CSP, accessibility, themes, keyboard, small windows, budgets."""

import json
import re

import pytest

from config.tests.browser.conftest import COURSE, EXERCISE, LESSON, axe_violations

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "course": COURSE,
    "lesson": LESSON,
    "exercise": EXERCISE,
    "progress": "/progress/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "missing": "/courses/nothing/",
    "api docs": "/api/docs/",
}
OURS = {name: address for name, address in PAGES.items() if name != "api docs"}


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_page_loads_nothing_from_elsewhere_and_keeps_to_its_policy(page, watched, address):
    response = page.goto(address, wait_until="networkidle")

    policy = response.headers["content-security-policy"]
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert "unsafe" not in policy
    assert watched.foreign_requests == []
    expected = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
    assert watched.console_errors in ([], expected if response.status == 404 else [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", OURS.values(), ids=OURS)
def test_page_has_no_accessibility_violations(page, address, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(address, wait_until="networkidle")

    assert axe_violations(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("address", OURS.values(), ids=OURS)
def test_page_fits_a_small_window(page, address, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(address, wait_until="networkidle")

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("theme", "background"), [("light", "rgb(247, 249, 248)"), ("dark", "rgb(14, 21, 20)")])
def test_theme_menu_works_without_scripts_and_survives_a_reload(without_scripts, theme, background):
    page = without_scripts
    page.emulate_media(color_scheme="dark" if theme == "light" else "light")  # the choice wins over the system
    page.goto(LESSON)

    page.locator("[data-theme-button]").click()
    with page.expect_navigation():  # the form's answer leads back here; a reload must not overtake it
        page.locator(f"[data-theme-menu] button[value={theme}]").click()
    page.reload()

    assert page.locator("html").get_attribute("data-theme") == theme
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == background
    assert page.url.endswith(LESSON)


def test_theme_changes_at_once_and_lasts(page):
    page.goto(LESSON)

    page.locator("[data-theme-button]").click()
    with page.expect_response("**/preferences/"):
        page.locator("[data-theme-menu] button[value=dark]").click()
    before = page.locator("html").get_attribute("data-theme")
    page.reload()

    assert (before, page.locator("html").get_attribute("data-theme")) == ("dark", "dark")


def test_first_tab_shows_a_skip_link_that_leads_into_the_content(page):
    page.goto(LESSON)

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")

    assert first == "Skip to content"
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_focus_is_visible_and_never_under_the_bar(page):
    page.goto(LESSON)

    for _ in range(25):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
                const element = document.activeElement, style = getComputedStyle(element)
                const box = element.getBoundingClientRect(), bar = document.querySelector(".bar")
                return {name: element.outerHTML.slice(0, 80), outline: parseFloat(style.outlineWidth),
                        style: style.outlineStyle, top: box.top, inBar: bar.contains(element)}
            }"""
        )
        assert focus["outline"] >= 2, focus
        assert focus["style"] != "none", focus
        assert focus["inBar"] or focus["top"] >= 50 or "skip" in focus["name"], focus


@pytest.mark.parametrize("address", [LESSON, EXERCISE], ids=["lesson", "exercise"])
def test_reduced_motion_stops_transitions(page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address, wait_until="networkidle")

    slow = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(element => {
            const style = getComputedStyle(element)
            const longest = [style.transitionDuration, style.animationDuration].join(",").split(",")
            return Math.max(...longest.map(parseFloat)) > 0.01
        }).map(element => element.className)"""
    )

    assert slow == []


def test_targets_are_large_enough(page):
    for address in (COURSE, LESSON, EXERCISE, "/accounts/login/"):
        page.goto(address, wait_until="networkidle")
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, a, summary, input:not([type=hidden])")].filter(element => {
                const box = element.getBoundingClientRect()
                const inText = element.closest("p, td, .prose, .skip, .visually-hidden")
                return box.width && !inText && (box.width < 24 || box.height < 24)
            }).map(element => element.outerHTML.slice(0, 100))"""
        )
        assert small == [], address


def test_main_actions_are_large_on_a_phone(phone):
    phone.goto(EXERCISE, wait_until="networkidle")

    assert phone.locator("[data-submit]").bounding_box()["height"] >= 44


def test_shortcuts_dialog_opens_closes_and_can_be_switched_off(page):
    page.goto(LESSON)

    page.keyboard.press("?")
    opened = page.locator("#shortcuts").is_visible()
    with page.expect_response("**/preferences/"):
        page.locator("#single-keys").uncheck()
    page.keyboard.press("Escape")
    closed = page.locator("#shortcuts").is_hidden()
    page.reload()
    page.keyboard.press("?")

    assert (opened, closed, page.locator("#shortcuts").is_visible()) == (True, True, False)


# Bytes as they travel, compressed; see the site's budgets in docs/architecture.md.
@pytest.mark.parametrize(
    ("address", "requests", "total", "script"),
    [(LESSON, 8, 140_000, 12_000), (EXERCISE, 10, 280_000, 18_000)],
    ids=["lesson", "exercise"],
)
def test_page_keeps_its_budget(context, address, requests, total, script, base_url):
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    client.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["response"]["url"]}))
    client.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    # Chromium accepts brotli over plain HTTP on localhost only.
    page.goto(base_url.replace("127.0.0.1", "localhost") + address, wait_until="load")
    page.wait_for_timeout(300)
    loaded = {kinds[key]: size for key, size in sizes.items() if key in kinds and not kinds[key].startswith("data:")}
    before_interaction = {url: size for url, size in loaded.items() if "editor" not in url}

    assert len(before_interaction) <= requests, json.dumps(loaded, indent=1)
    assert sum(loaded.values()) <= total, json.dumps(loaded, indent=1)
    assert sum(size for url, size in before_interaction.items() if url.endswith(".js")) <= script
    assert sum(size for url, size in loaded.items() if url.endswith(".css")) <= 14_000
