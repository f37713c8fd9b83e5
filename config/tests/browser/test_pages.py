"""What holds on every page: themes, keyboard, motion, targets. test_every_page.py looks at all of them."""

import re

import pytest

from config.tests.browser.conftest import COURSE, EXERCISE, LESSON, axe_violations
from config.tests.site import ROOT

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_the_tokens_of_the_theme_from_the_first_frame_on(context, base_url, theme):
    context.add_cookies([{"name": "theme", "value": theme, "url": base_url}])
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if theme == "light" else "light")  # the choice wins over the system
    page.add_init_script(
        "requestAnimationFrame(() => { window.first = document.body && getComputedStyle(document.body).background })"
    )
    page.goto(LESSON)
    page.reload()

    tokens = tokens_of(theme)
    drawn = page.evaluate(
        """names => {
            const probe = document.body.appendChild(document.createElement("i"))
            return Object.fromEntries(names.map((name) => {
                probe.style.setProperty("color", `var(${name})`)
                return [name, getComputedStyle(probe).color]
            }))
        }""",
        list(tokens),
    )
    body = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    assert drawn == tokens
    assert body == [tokens["--page"], tokens["--ink"]]
    assert (page.evaluate("window.first") or tokens["--page"]).startswith(tokens["--page"])


def tokens_of(theme: str) -> dict[str, str]:
    """The colours that static/css/tokens.css gives a theme, as Chromium writes them."""
    text = (ROOT / "static" / "css" / "tokens.css").read_text()
    found = re.findall(r"(--[a-z0-9-]+): light-dark\(#([0-9A-F]{6}), #([0-9A-F]{6})\)", text)
    return {
        name: "rgb({}, {}, {})".format(*bytes.fromhex(light if theme == "light" else dark))
        for name, light, dark in found
    }


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


@pytest.mark.parametrize("width", [1440, 390])
def test_tables_of_a_task_are_all_in_view(page, width):
    page.set_viewport_size({"width": width, "height": 850})
    page.goto("/exercises/health-flask/")

    table = page.locator(".task .tablewrap")
    assert table.evaluate("one => one.scrollWidth - one.clientWidth") == 0


@pytest.mark.parametrize("address", ["choose-a-framework/", "async-not-blocked/history/?a=start&b=now"])
def test_breadcrumbs_leave_room_for_what_follows_and_keep_something_of_each(page, address):
    page.goto(f"/exercises/{address}")

    for width in (660, 768, 1024, 1160):
        page.set_viewport_size({"width": width, "height": 600})
        crumbs = [one.bounding_box() for one in page.locator(".crumbs li > *").all()]
        ends = [box["x"] + box["width"] for box in crumbs]
        nexts = [box["x"] for box in (*crumbs[1:], page.locator(".bar-tools").bounding_box())]
        assert all(end <= start for end, start in zip(ends, nexts, strict=True)), (width, crumbs)
        assert min(box["width"] for box in crumbs) > 40, (width, crumbs)
        assert page.evaluate("document.documentElement.scrollWidth") == width


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


def test_the_heading_of_an_exercise_stays_whatever_tab_is_open_on_a_phone(phone):
    phone.goto(EXERCISE, wait_until="networkidle")

    for tab in ("Code", "Results", "Task"):
        phone.get_by_role("tab", name=tab).click()
        assert phone.get_by_role("heading", level=1).all_inner_texts() == ["Hello from Flask"], tab
        assert axe_violations(phone) == [], tab
    assert phone.locator("h1").bounding_box()["width"] > 200


def test_the_key_of_the_themes_leads_into_their_menu_and_escape_back(page):
    page.goto(LESSON)
    focused = "document.activeElement.textContent.trim()"

    page.keyboard.press("t")
    opener = page.evaluate("document.activeElement.matches('[data-theme-button]')")
    page.keyboard.press("Tab")
    first = page.evaluate(focused)
    page.keyboard.press("Escape")

    assert (opener, first) == (True, page.locator("[data-theme-menu] button").first.text_content().strip())
    assert page.locator("[data-theme-menu]").is_hidden()
    assert page.evaluate("document.activeElement.matches('[data-theme-button]')")


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
