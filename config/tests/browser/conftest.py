"""One real site for all browser tests, and Chromium to look at it with."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from config.tests.provider import Provider
from config.tests.site import Site, wait_for

STAFF_PASSWORD = "correct horse battery staple"
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that a theme can change; the rest of the rules do not look at colours.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# Chromium looks up its maker's servers at every start; a test machine may have no way there.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]

COURSE = "/courses/python-web-frameworks/"
LESSON = f"{COURSE}sync-and-async/"
EXERCISE = "/exercises/hello-flask/"
RIGHT = """from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"message": "Hello from Flask"}
"""
WRONG = RIGHT.replace("Hello from Flask", "Hello from Django")


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """Another site at which visitors have accounts, and which ours trusts."""
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, provider: Provider, prepared_database: Path) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), **provider.environment) as site:
        shutil.copy(prepared_database, site.database)
        site.shell(
            "from django.contrib.auth.models import User\n"
            f"User.objects.create_superuser('staff', 'staff@example.org', '{STAFF_PASSWORD}')"
        )
        site.start("broker", "web", "worker", "beat")
        wait_for(site.is_ready, "readiness")
        yield site


@pytest.fixture(scope="session", autouse=True)
def database_beside_playwright() -> None:
    """Playwright keeps an event loop in this thread, which tests of the database after it would trip over."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    return site.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    """Debian's Chromium where it is installed, else Playwright's own; a loud skip where there is neither."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("no Chromium: apt-get install chromium, or .venv/bin/playwright install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": found, "args": [*QUIET, *sandbox]}


@dataclass
class Watched:
    """What a page did that no page may do."""

    foreign_requests: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)


@pytest.fixture
def context(browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def without_scripts(browser: Browser, base_url: str) -> Iterator[Page]:
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900}, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    context = browser.new_context(
        base_url=base_url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def watched(page: Page, base_url: str) -> Watched:
    seen = Watched()

    def note_request(request: Any) -> None:
        if not request.url.startswith((base_url, "data:", "blob:")):
            seen.foreign_requests.append(request.url)

    page.on("request", note_request)
    page.on("console", lambda message: seen.console_errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.console_errors.append(str(error)))
    return seen


def axe_violations(page: Page, *, tags: Sequence[str] = AXE_TAGS, only: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page as it is now, none expected: by the rules of *tags*, or *only* these rules."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    rules = {"type": "rule", "values": [*only]} if only else {"type": "tag", "values": [*tags]}
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
    return [
        f"{violation['id']}: {', '.join(str(node['target']) for node in violation['nodes'])}"
        for violation in found["violations"]
    ]


# For page.add_init_script(): the steps of the editor wait for a page that is idle, which is here in next_step() alone.
IN_STEPS = "window.idle = []; window.requestIdleCallback = (act) => idle.push(act)"


def next_step(page: Page) -> None:
    page.evaluate("idle.splice(0).forEach((act) => act())")
    page.wait_for_timeout(30)


def write_code(page: Page, source: str) -> None:
    """Paste *source* over what the editor holds."""
    page.wait_for_selector(".cm-content")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    if not source:
        page.keyboard.press("Delete")
        return
    page.locator(".cm-content").evaluate(
        """(content, text) => {
            const clipboardData = new DataTransfer()
            clipboardData.setData("text/plain", text)
            content.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))
        }""",
        source,
    )


def wait_for_outcome(page: Page, outcome: str) -> None:
    page.wait_for_selector(f"[data-live-result][data-pending=false][data-outcome={outcome}]", timeout=30_000)
