"""What pages cost a reader: bytes, requests, and time on a slow machine. The figures stand at the end of the run.

Bytes and requests are exact, and too many of them fail. Times depend on the machine: the best of a few loads counts,
and it fails above twice of what is wanted. Tests of times have the machine for themselves (config.tests.everything).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from config.tests.browser.conftest import EXERCISE, LESSON, STAFF_PASSWORD, write_code
from config.tests.site import CONTENT, Site, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SLOW_CPU = 4  # times
SLOW_NETWORK = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1_600_000 / 8,  # bytes a second
    "uploadThroughput": 750_000 / 8,
}
LOADS = 5  # at most, until the times are good enough
KEYS = 60
TYPED_LINES = 300

# What a page does before anybody touches it, seen from inside.
WATCH = """() => {
    window.seen = {lcp: 0, fcp: 0, cls: 0, tasks: [], keys: []}
    const watch = (type, note, options = {}) =>
        new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({type, buffered: true, ...options})
    watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime })
    watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime })
    watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value })
    watch("longtask", (entry) => { seen.tasks.push([entry.startTime, entry.duration]) })
    watch("event", (entry) => { if (entry.name === "keydown") seen.keys.push(entry.duration) }, {durationThreshold: 16})
}"""


@dataclass
class Cost:
    """Bytes as they travel, compressed; `total` has the headers as well, `raw` is the HTML as it was written."""

    requests: int = 0
    html: float = 0
    raw: int = 0
    nodes: int = 0
    css: float = 0
    script: float = 0
    editor: float = 0  # its own file, which comes when the page is idle
    fonts: float = 0
    total: float = 0
    uncompressed: list[str] = field(default_factory=list)  # addresses of texts that did not come as brotli
    elsewhere: int = 0  # requests to other hosts


BYTES = {
    "lesson": {"requests": 8, "html": 25_000, "raw": 140_000, "nodes": 3000, "css": 12_000, "script": 12_000,
               "editor": 0, "fonts": 80_000, "total": 140_000, "elsewhere": 0},
    "exercise": {"requests": 10, "html": 20_000, "css": 14_000, "script": 18_000, "editor": 125_000, "fonts": 80_000,
                 "total": 280_000, "elsewhere": 0},
    "attempt, no scripts": {"requests": 6, "html": 15_000, "css": 14_000, "script": 0, "editor": 0, "fonts": 80_000,
                            "total": 120_000, "elsewhere": 0},
    # It has no fonts of its own; the page in its preview has those of learners, and they are in the total.
    "admin lesson form": {"requests": 20, "html": 30_000, "css": 30_000, "script": 60_000, "editor": 180_000,
                          "total": 300_000, "elsewhere": 0},
}  # fmt: skip
TIMES = {"largest paint, ms": 1800, "blocked, ms": 50, "layout shift": 0.02}


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Put a figure into the table at the end of the run."""

    def tell(page: str, what: str, measured: float, wanted: float) -> None:
        digits = 3 if wanted and wanted < 1 else 0
        record_property("figure", [page, what, f"{measured:.{digits}f}", f"{wanted:.{digits}f}"])

    return tell


@pytest.fixture
def local(site: Site) -> str:
    """Chromium accepts brotli over plain HTTP on localhost only."""
    return site.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def cold(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers that have nothing in their cache."""
    made: list[BrowserContext] = []

    def cold(**options: Any) -> BrowserContext:
        made.append(browser.new_context(viewport={"width": 1440, "height": 900}, **options))
        return made[-1]

    yield cold
    for context in made:
        context.close()


@pytest.fixture(scope="module")
def attempt(site: Site) -> str:
    """The address of an attempt that passed."""
    source = (CONTENT / "exercises" / "hello-flask" / "solution" / "main.py").read_text()
    submission = site.submit("hello-flask", source)
    site.final(submission["id"])
    return f"/submissions/{submission['id']}/"


@pytest.mark.parametrize("name", BYTES)
def test_page_keeps_to_its_bytes_and_requests(name, cold, local, attempt, tell):
    context = cold(java_script_enabled="no scripts" not in name)
    form = form_of_a_lesson(context, local) if name.startswith("admin") else ""
    address = {"lesson": LESSON, "exercise": EXERCISE, "attempt, no scripts": attempt, "admin lesson form": form}[name]

    cost = cost_of(context, local + address, waits_for_editor=name in ("exercise", "admin lesson form"))

    for what, wanted in BYTES[name].items():
        tell(name, what, getattr(cost, what), wanted)
    assert cost.uncompressed == []
    assert {what: getattr(cost, what) for what, wanted in BYTES[name].items() if getattr(cost, what) > wanted} == {}


@pytest.mark.alone
@pytest.mark.parametrize(("name", "address"), [("lesson", LESSON), ("exercise", EXERCISE)])
def test_page_is_quick_on_a_slow_machine(name, address, cold, local, tell):
    best = dict.fromkeys(TIMES, float("inf"))
    for _ in range(LOADS):
        seen = times_of(cold(), local + address)
        best = {what: min(best[what], seen[what]) for what in TIMES}
        if all(best[what] <= wanted for what, wanted in TIMES.items()):
            break

    for what, wanted in TIMES.items():
        tell(name, what, best[what], wanted)
    limits = {what: 2 * wanted for what, wanted in TIMES.items()}
    assert {what: best[what] for what, limit in limits.items() if best[what] > limit} == {}


@pytest.mark.alone
def test_typing_in_a_long_file_is_painted_at_once(cold, local, tell):
    page = cold().new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(local + EXERCISE)
    write_code(page, "\n".join(f"value_{number} = {number}  # a line of code" for number in range(TYPED_LINES)))
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    best = float("inf")
    for _ in range(LOADS):
        page.evaluate("seen.keys.length = 0")
        page.keyboard.type("def answer(question): return 42\n" * 2, delay=80)
        page.wait_for_timeout(300)
        slow = page.evaluate("seen.keys")
        keys = sorted([*slow, *[0] * max(0, KEYS - len(slow))])  # what took less than 16 ms is not told
        best = min(best, keys[int(len(keys) * 0.95) - 1])
        if best <= 50:
            break

    tell("exercise", f"key to paint in {TYPED_LINES} lines, ms, 95 %", best, 50)
    assert best <= 100


def form_of_a_lesson(context: BrowserContext, local: str) -> str:
    """The address of the form of LESSON; who is in *context* may open it then."""
    page = context.new_page()
    page.goto(f"{local}/admin/courses/lesson/?q={LESSON.split('/')[-2]}")
    page.get_by_label("Email address or user name").fill("staff")
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    address = page.locator("#result_list tbody th a").first.get_attribute("href")
    page.close()
    assert address is not None
    return address


def cost_of(context: BrowserContext, address: str, *, waits_for_editor: bool) -> Cost:
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    answers: dict[str, dict[str, Any]] = {}
    bodies: dict[str, float] = defaultdict(float)
    whole: dict[str, float] = {}

    def note_piece(event: dict[str, Any]) -> None:
        bodies[event["requestId"]] += event["encodedDataLength"]

    client.on("Network.responseReceived", lambda event: answers.update({event["requestId"]: event}))
    client.on("Network.dataReceived", note_piece)
    client.on("Network.loadingFinished", lambda event: whole.update({event["requestId"]: event["encodedDataLength"]}))
    response = page.goto(address, wait_until="load")
    assert response is not None
    if waits_for_editor:
        page.wait_for_selector(".cm-content")
    page.wait_for_timeout(300)  # what comes when the page is idle
    cost = Cost(raw=len(response.body()), nodes=page.evaluate("document.querySelectorAll('*').length"))
    kinds = {"Document": "html", "Stylesheet": "css", "Script": "script", "Font": "fonts"}
    for key, event in answers.items():
        url, answer = event["response"]["url"], event["response"]
        if url.startswith(("data:", "blob:")) or is_prefetched(event):
            continue
        size = bodies[key] or whole.get(key, 0)  # of the document only the end of it tells, with its headers
        cost.total += whole.get(key, size)
        cost.elsewhere += urlsplit(url).netloc != urlsplit(address).netloc
        if "/editor" in url:
            cost.editor += size
            continue
        cost.requests += 1
        if event["type"] in kinds:
            setattr(cost, kinds[event["type"]], getattr(cost, kinds[event["type"]]) + size)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        if event["type"] in ("Stylesheet", "Script") and headers.get("content-encoding") != "br":
            cost.uncompressed.append(url)
    return cost


def is_prefetched(event: dict[str, Any]) -> bool:
    """The next page, which comes when this one is there."""
    return event["type"] in ("Prefetch", "Other") and "text/html" in event["response"]["mimeType"]


def times_of(context: BrowserContext, address: str) -> dict[str, float]:
    """One load with a slow processor and a slow network."""
    page: Page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    page.add_init_script(f"({WATCH})()")
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1500)  # what blocks after the load counts as well
    if address.endswith(EXERCISE):
        # Asked for without Playwright's selectors, whose own code would block this page for 60 ms and be counted.
        is_complete = "!!document.querySelector('.symbols')"  # the last that the editor adds
        wait_for(lambda: client.send("Runtime.evaluate", {"expression": is_complete})["result"]["value"], "the editor")
        page.wait_for_timeout(500)
    seen = page.evaluate("seen")
    blocked = sum(duration - 50 for start, duration in seen["tasks"] if start >= seen["fcp"])
    return {"largest paint, ms": seen["lcp"], "blocked, ms": blocked, "layout shift": seen["cls"]}
