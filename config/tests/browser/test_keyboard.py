"""From the home page to a passed exercise with nothing but keys: no click, no script that moves the focus."""

import re

import pytest
from playwright.sync_api import Page

from config.tests.site import wait_for

pytestmark = pytest.mark.browser

MOST_TABS = 120
OUTCOME = "[data-live-result][data-pending=false][data-outcome={}]"
JUDGED_MS = 90_000  # the walk is long, and other tests run meanwhile
# On one line: how far the editor indents the next one depends on how much it has parsed by then.
PROGRAM = """from fastapi import FastAPI

app = FastAPI()

@app.get("/")
def root(): return {{"message": "{}"}}"""
FOCUSED = """() => {
    const focused = document.activeElement
    const name = focused.getAttribute("aria-label") ?? focused.innerText ?? ""
    return `${focused.tagName.toLowerCase()} ${name}`.replace(/\\s+/g, " ").trim()
}"""
# Seen by the one who presses the keys: within the window, below the bar, with an outline of 2 px at least.
SEEN = """() => {
    const focused = document.activeElement
    const box = focused.getBoundingClientRect()
    const style = getComputedStyle(focused)
    const bar = document.querySelector(".bar").getBoundingClientRect().bottom
    const isInBar = focused.closest(".bar, .skip") !== null
    return parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none"
        && box.top < innerHeight && box.bottom > (isInBar ? 0 : bar)
}"""


def tab_to(page: Page, what: str, key: str = "Tab") -> None:
    """Press *key* until what has the focus fits *what*, a pattern of tag and name."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        passed.append(page.evaluate(FOCUSED))
        if re.match(what, passed[-1]):
            return
    raise AssertionError(f"{what} was not among {passed}")


def follow(page: Page, what: str, address: str) -> None:
    tab_to(page, what)
    wait_for(lambda: page.evaluate(SEEN), f"the sight of {what}")  # the page scrolls there
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def write(page: Page, message: str) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.type(PROGRAM.format(message))
    page.keyboard.press("Control+Enter")


def test_the_way_from_home_to_a_passed_exercise_needs_keys_only(page, watched):
    page.goto("/")
    follow(page, "a The lesson|a Your first FastAPI app", "/first-app-fastapi/")

    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED).startswith("a Skip to")
    tab_to(page, "button Run")
    page.keyboard.press("Enter")
    page.locator("[data-live-result][data-pending=false]").first.wait_for(timeout=30_000)
    assert page.evaluate(FOCUSED).startswith("button Run")  # what came of it is announced
    tab_to(page, "input")  # the path that was asked for
    page.keyboard.press("Control+a")
    page.keyboard.type("/nowhere")
    page.keyboard.press("Enter")
    page.get_by_text("HTTP/1.1 404").wait_for(timeout=30_000)

    follow(page, "a Hello from FastAPI", "/exercises/hello-fastapi/")
    page.wait_for_selector(".cm-content")
    tab_to(page, "a Skip to your code")
    page.keyboard.press("Enter")
    tab_to(page, "div Code editor")
    write(page, "Hello from Flask")
    page.wait_for_selector(OUTCOME.format("fail"), timeout=JUDGED_MS)

    page.keyboard.press("Escape")
    tab_to(page, "button Show", key="Shift+Tab")  # the first hint
    page.keyboard.press("Enter")
    page.locator(".hint").first.wait_for()
    tab_to(page, "div Code editor")
    write(page, "Hello from FastAPI")
    page.wait_for_selector(OUTCOME.format("pass"), timeout=JUDGED_MS)

    wait_for(lambda: page.evaluate("document.activeElement.matches('[data-continue]')"), "focus on Continue")
    wait_for(lambda: page.evaluate(SEEN), "the sight of Continue")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/courses/|/exercises/(?!hello-fastapi)"))
    assert watched.console_errors == []
