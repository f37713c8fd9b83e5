"""Every address that has a name, seen in Chromium: nothing on any page is left out because nobody thought of it.

Each page is loaded once, by the first reader who gets it, and looked at in several ways; the tests say what was seen.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from config.tests import stage
from config.tests.browser.conftest import OF_COLOURS, axe_violations
from config.tests.site import Site

# The walk is minutes of axe: on a busy machine many, which is no failure.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# What is folded is looked at as well, and no colour may be on its way to another.
UNFOLD = """() => {
    document.querySelectorAll("details").forEach((folded) => { folded.open = true })
    const still = new CSSStyleSheet()
    still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }")
    document.adoptedStyleSheets.push(still)
}"""
DARK = """() => {
    document.documentElement.dataset.theme = "dark"
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))
}"""
# What stands out of a narrow window on the right, where nothing around it scrolls.
STANDING_OUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
    for (let outer = element.parentElement; outer; outer = outer.parentElement)
        if (outer !== document.documentElement && getComputedStyle(outer).overflowX !== "visible") return false
    return element.getBoundingClientRect().right > innerWidth + 0.5
}).map((element) => element.outerHTML.slice(0, 80))"""
# What is asked for as a page and is none: for programs.
DATA = ("application/json", "text/plain", "text/markdown", "text/javascript")
ONLY_OWN_SCRIPTS = re.compile(r"script-src 'self'(;|$)")
# Pages that have no name: where nothing is any more, or never was, or is only taken.
NAMELESS = {
    "method not allowed": "/reports/",
    "missing": "/courses/nothing/",
    "preview over": "/courses/python-web-frameworks/selection-criteria/?preview=over",
}
# Pages that greet an account otherwise than a guest, and so are seen by both.
SEEN_BY_BOTH = {"courses:home", "courses:lesson", "exercises:exercise", "exercises:progress"}
# Names that show no page to anybody who merely asks for their address.
NO_PAGE = {
    "accounts:end-session": "does something",
    "account_logout": "ends the session at once, or asks in a page that is like the others",
    "account_confirm_login_code": "only in the middle of a login by code",
    "account_confirm_email": "needs a key from a mail",
    "account_reset_password_from_key": "needs a key from a mail",
    "account_set_password": "only for accounts without a password",
    "mfa_authenticate": "only in the middle of a login",
    "mfa_deactivate_totp": "only with an authenticator",
    "mfa_download_recovery_codes": "only with an authenticator",
    "mfa_edit_webauthn": "only with a passkey",
    "mfa_generate_recovery_codes": "only with an authenticator",
    "mfa_login_webauthn": "answers a script",
    "mfa_reauthenticate": "only with an authenticator",
    "mfa_reauthenticate_webauthn": "only with a passkey",
    "mfa_remove_webauthn": "only with a passkey",
    "mfa_view_recovery_codes": "only with an authenticator",
    "socialaccount_login_error": "answers 401, after another site's refusal",
    "socialaccount_signup": "only in the middle of a sign-up by another site",
    "accounts:second-step": "only where a second step is required, see accounts/tests/test_staff_second_step.py",
    "admin:autocomplete": "answers a script",
    "admin:exercises_exercise_check_resume": "does something",
    "admin:exercises_exercise_check_start": "does something",
    "admin:exercises_exercise_check_stop": "does something",
    "admin:exercises_listings_run": "does something",
    "admin:exercises_listings_stop": "does something",
    "admin:view_on_site": "leads on",
    "admin:login": "leads on to the page of the account",
    "admin:courses_course_export": "a file",
    "courses:image": "a picture",
    "courses:search-hits": "a piece of the search",
    "exercises:download": "a file",
    "exercises:help": "a piece of the page of an exercise",
    "exercises:kept": "only after a start anew has kept something",
    "exercises:panel": "a piece of the page of an attempt",
    "exercises:run-form": "a piece of the page of a listing",
    "exercises:trial-answer": "what a program answered, in a frame of its own",
    "exercises:trial-panel": "a piece of the page of a trial",
}
# Models of the admin whose rows nobody makes, or nobody deletes while they are in use; and those of other sites and
# authenticators, of which there are no rows here.
NOT_MADE = ("courses_courseimage", "exercises_submission", "exercises_run", "exercises_coursecheck",
            "exercises_rejudging", "exercises_problemreport", "accounts_apitoken", "exercises_scenarioanswers",
            "admin_logentry", "mfa_authenticator", "socialaccount_socialaccount")  # fmt: skip
NOT_DELETED = ("courses_course", "courses_module", "courses_lesson", "exercises_exercise", "exercises_family",
               "exercises_submission", "exercises_run", "exercises_coursecheck", "exercises_rejudging",
               "exercises_problemreport", "exercises_scenarioanswers", "admin_logentry")  # fmt: skip
NO_ROWS = ("mfa_authenticator", "socialaccount_socialaccount")
NOBODY_MAY = {
    *(f"admin:{model}_add" for model in NOT_MADE),
    *(f"admin:{model}_delete" for model in NOT_DELETED),
    *(f"admin:{model}_{page}" for model in NO_ROWS for page in ("change", "delete", "history")),
}


@dataclass
class Seen:
    """One page as it was seen; everything but `policy` names what is wrong."""

    name: str
    violations: dict[str, list[str]] = field(default_factory=dict)  # by theme
    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    policy: str = ""
    standing_out: list[str] = field(default_factory=list)  # of a window of 320 px


@dataclass
class Walk:
    pages: dict[str, Seen] = field(default_factory=dict)  # by reader and address
    answers: dict[str, set[str]] = field(default_factory=dict)  # by name: what asking for its addresses gave


@pytest.fixture(scope="module")
def staged(site: Site) -> stage.Stage:
    made: dict[str, Any] = json.loads(site.shell("from config.tests import stage; print(stage.as_json())"))
    return stage.Stage(**made)


@pytest.fixture(scope="module")
def walk(browser: Browser, base_url: str, staged: stage.Stage, run_folder: Path) -> Iterator[Walk]:
    """All pages, each by the first of guest, learner and staff who gets it."""
    (run_folder / "walked").mkdir()  # fails for a second worker: it takes minutes, and is done once
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    walk = Walk()
    shown: set[str] = set()
    for reader in stage.READERS:
        context.clear_cookies()
        context.add_cookies([{"name": "sessionid", "value": staged.cookies[reader], "url": base_url}])
        for named in stage.named_addresses():
            answers = walk.answers.setdefault(named.name, set())
            for address in staged.addresses(named):
                if address in shown and not (reader == "learner" and named.name in SEEN_BY_BOTH):
                    continue
                if named.name in NO_PAGE or is_read_by_programs(named.name):
                    continue
                # A connection that is kept may be closed by the server, as unused, while the last page is looked at.
                response = context.request.get(address, max_redirects=0, headers={"Connection": "close"})
                kind = response.headers.get("content-type", "").partition(";")[0]
                answers.add(f"{response.status} {kind}")
                if (response.status, kind) == (200, "text/html"):
                    shown.add(address)
                    walk.pages[f"{reader} {address}"] = look_at(page, named.name, address, base_url)
    context.clear_cookies()
    for name, address in NAMELESS.items():
        walk.pages[f"guest {address}"] = look_at(page, name, address, base_url)
    yield walk
    context.close()


def is_read_by_programs(name: str) -> bool:
    """The API beside its documentation; events would never end."""
    return name.startswith("api:") and name != "api:docs"


def look_at(page: Page, name: str, address: str, base_url: str) -> Seen:
    seen = Seen(name)

    def note_request(request: Any) -> None:
        if not request.url.startswith((base_url, "data:", "blob:")):
            seen.foreign.append(request.url)

    def note_console(message: Any) -> None:
        if message.type == "error" and name not in NAMELESS:  # Chromium notes each 404
            seen.console.append(message.text)

    page.on("request", note_request)
    page.on("console", note_console)
    try:
        response = page.goto(address)
        assert response is not None
        seen.policy = response.headers.get("content-security-policy", "")
        page.evaluate(UNFOLD)
        seen.violations["light"] = axe_violations(page, tags=WCAG)
        page.evaluate(DARK)
        seen.violations["dark"] = axe_violations(page, only=OF_COLOURS)
        page.set_viewport_size({"width": 320, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            seen.standing_out = page.evaluate(STANDING_OUT) or ["something"]
        page.set_viewport_size({"width": 1440, "height": 900})
    finally:
        page.remove_listener("request", note_request)
        page.remove_listener("console", note_console)
    return seen


def test_every_address_with_a_name_is_seen_or_has_a_reason(walk):
    unseen = {
        name: answers
        for name, answers in walk.answers.items()
        if name not in {*NO_PAGE, *NOBODY_MAY}
        and not is_read_by_programs(name)
        and name not in {seen.name for seen in walk.pages.values()}
        # What takes nothing but a POST, and what is no page.
        and not any(answer.startswith("405") or answer.endswith(DATA) for answer in answers)
    }

    assert unseen == {}
    assert {*NO_PAGE, *NOBODY_MAY} <= set(walk.answers)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_accessibility_violations(walk, theme):
    wrong = {place: seen.violations[theme] for place, seen in walk.pages.items() if seen.violations[theme]}

    assert wrong == {}


def test_no_page_loads_from_elsewhere_or_breaks_its_policy(walk):
    wrong = {
        place: (seen.foreign, seen.console, seen.policy)
        for place, seen in walk.pages.items()
        if seen.foreign or seen.console or "unsafe" in seen.policy or not ONLY_OWN_SCRIPTS.search(seen.policy)
    }

    assert wrong == {}


def test_no_page_scrolls_sideways_in_a_small_window(walk):
    wrong = {
        place: seen.standing_out
        for place, seen in walk.pages.items()
        if seen.standing_out and not seen.name.startswith("admin:")  # Django's own tables do
    }

    assert wrong == {}


def test_every_outcome_of_an_attempt_is_among_the_pages(walk, staged):
    assert {f"guest {address}" for address in staged.outcomes.values()} <= set(walk.pages)
