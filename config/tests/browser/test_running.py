"""Running listings where they stand, and an exercise's code before it is handed in; with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from config.tests.browser.conftest import COURSE, EXERCISE, IN_STEPS, RIGHT, axe_violations, next_step, write_code
from config.tests.site import wait_for

pytestmark = pytest.mark.browser

FASTAPI = f"{COURSE}first-app-fastapi/"
ITEMS = f"{COURSE}validation-with-fastapi/"
PROGRAM = f"{COURSE}who-this-is-for/"
DONE = "[data-live-result][data-pending=false]"
ENDLESS = "while True:\n    pass\n"
PAGE = """from flask import Flask

app = Flask(__name__)


@app.get("/")
def page():
    style = "<style>h1 { color: rgb(1, 2, 3) }</style>"
    return style + '<h1 id="hi">Hi</h1><script>parent.document.title = "stolen"</script>'
"""


def block_of(page, lesson):
    """The first listing of a lesson that can be run."""
    page.goto(lesson)
    return page.locator(".codeblock:has(.run-link)").first


def ended(place, seconds=30):
    place.locator(DONE).wait_for(timeout=1000 * seconds)
    return place.locator(DONE)


def edit(page, block, source):
    block.get_by_role("button", name=re.compile("^Edit")).click()
    block.locator(".cm-content").wait_for()
    write_code(page, source)


def test_run_shows_the_answer_below_the_listing_and_moves_nothing(page, watched):
    page.add_init_script(
        """window.shifts = []; window.said = []
        new PerformanceObserver(list => shifts.push(...list.getEntries().filter(one => !one.hadRecentInput)
            .map(one => one.value))).observe({type: "layout-shift", buffered: true})
        addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
            const text = document.querySelector("[data-announcer]").textContent
            if (text) said.push(text)
        }).observe(document.querySelector("[data-announcer]"), {childList: true}))"""
    )
    block = block_of(page, FASTAPI)
    run = block.get_by_role("button", name="Run main.py")
    run.scroll_into_view_if_needed()
    top = block.bounding_box()["y"]

    run.click()
    result = ended(block)
    wait_for(lambda: page.evaluate("said.length"), "the announcement")
    page.wait_for_timeout(600)

    assert result.locator("[data-run-part=head]").inner_text() == "HTTP/1.1 200 OK"
    assert result.locator("[data-run-part=answer]").inner_text().strip() == '{"message":"Hello from FastAPI"}'
    assert result.get_by_text("GET /", exact=True).is_visible()
    assert block.bounding_box()["y"] == top
    assert [re.sub(r"\d+\.\d\d", "N", text) for text in page.evaluate("said")] == ["Finished in N s"]
    assert sum(page.evaluate("shifts")) <= 0.02
    assert (watched.console_errors, watched.foreign_requests) == ([], [])


def test_what_comes_of_a_run_below_the_window_can_be_gone_to(page):
    page.set_viewport_size({"width": 1366, "height": 300})
    block = block_of(page, FASTAPI)
    block.get_by_role("button", name="Run main.py").click()

    block.get_by_role("button", name="To the output").click()
    ended(block)

    expect(block.locator(".run-place")).to_be_in_viewport()
    expect(block.locator(".run-place")).to_be_focused()


def test_nothing_runs_and_no_editor_is_loaded_before_somebody_asks(page):
    requests = []
    page.on("request", lambda request: requests.append((request.method, request.url)))

    page.goto(FASTAPI, wait_until="networkidle")

    assert [url for method, url in requests if method != "GET" or "editor" in url or "run" in url.split("/")[-1]] == []


def test_the_request_of_a_listing_can_be_changed(page):
    block = block_of(page, ITEMS)
    block.get_by_role("button", name="Run").click()
    first = ended(block).locator("[data-run-part=answer]").inner_text()

    block.get_by_label("Body").fill('{"name": "lamp", "price": "abc"}')
    block.get_by_label("Path").press("Enter")

    block.get_by_text("HTTP/1.1 422").wait_for(timeout=30_000)
    assert "lamp" in first
    block.get_by_label("Method").select_option("GET")
    assert block.get_by_label("Body").is_hidden()
    block.get_by_role("button", name="Run").click()
    block.get_by_text("HTTP/1.1 405").wait_for(timeout=30_000)


def test_two_listings_that_a_visitor_runs_at_once_make_one_guest(page):
    sent = []
    page.on("response", lambda response: sent.append(response) if response.request.method == "POST" else None)
    page.goto(ITEMS)
    blocks = page.locator(".codeblock:has(.run-link)")

    for block in (blocks.nth(0), blocks.nth(1)):
        block.get_by_role("button", name="Run").click()
    for block in (blocks.nth(0), blocks.nth(1)):
        ended(block)

    assert ["sessionid" in response.all_headers().get("set-cookie", "") for response in sent] == [True, False]


def test_the_headers_of_a_request_can_be_changed(page):
    block = block_of(page, ITEMS)
    block.get_by_role("button", name="Run").click()
    ended(block)
    assert block.get_by_role("group", name="Run sends").is_visible()

    block.get_by_text("Headers", exact=True).click()
    block.get_by_label("One a line").fill("Content-Type: text/plain")
    block.get_by_role("button", name="Run").click()

    block.get_by_text("HTTP/1.1 422").wait_for(timeout=30_000)  # FastAPI reads JSON where it is called that
    block.get_by_label("One a line").fill("Content-Type")
    block.get_by_role("button", name="Run").click()
    block.get_by_text("Write each header on a line of its own").wait_for(timeout=30_000)


def test_a_page_that_only_a_browser_draws_is_outlined_with_the_way_to_see_it(page):
    block = block_of(page, f"{COURSE}streamlit-prototype/")
    block.get_by_role("button", name="Run").click()
    result = ended(block, seconds=60)

    rows = result.locator("[data-run-part=outline] > li").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == ["title Sales Dashboard", "line_chart 120, 150, 170, 160"]
    assert result.locator("polyline").is_visible()
    assert "streamlit run main.py" in result.locator(".run-home pre").inner_text()
    assert result.get_by_role("button", name="Copy Commands").is_visible()


def test_a_listing_is_edited_run_by_keyboard_and_reset(page, watched):
    block = block_of(page, FASTAPI)
    height = block.locator(".hl").bounding_box()["height"]

    edit(page, block, RIGHT.replace("Hello from Flask", "Changed"))
    changed = block.locator(".cm-content").inner_text()
    page.keyboard.press("Control+Enter")
    answer = ended(block).locator("[data-run-part=answer]").inner_text()
    page.keyboard.press("Escape")

    assert block.get_by_role("button", name="Run").evaluate("button => button === document.activeElement")
    assert ("Changed" in changed, "Changed" in answer) == (True, True)
    block.get_by_role("button", name="Reset").click()
    assert "FastAPI" in block.locator(".cm-content").inner_text()
    assert block.get_by_role("button", name="Reset").is_hidden()
    assert abs(block.locator(".file").bounding_box()["height"] - height) < 40
    assert watched.console_errors == []


def test_what_was_changed_in_a_listing_is_there_after_a_reload_until_it_is_reset(page, watched):
    block = block_of(page, FASTAPI)
    edit(page, block, RIGHT.replace("Hello from Flask", "Changed"))
    page.reload()

    assert "What you changed in main.py is kept in this browser." in block.inner_text()
    assert "Changed" not in block.locator(".hl").inner_text()  # the lesson is as it was written
    assert axe_violations(page) == []
    assert "another one since" not in block.inner_text()
    block.get_by_role("button", name="Show it: main.py").click()
    block.locator(".cm-content").wait_for()
    assert "Changed" in block.locator(".cm-content").inner_text()
    assert block.locator(".run-kept").count() == 0
    assert page.evaluate("document.activeElement.closest('.cm-editor') !== null")

    block.get_by_role("button", name="Reset").click()
    page.reload()
    assert block.locator(".run-kept").count() == 0
    assert watched.console_errors == []


def test_a_change_of_a_listing_that_is_another_one_since_says_so(page):
    block = block_of(page, FASTAPI)
    edit(page, block, "mine = 1")
    block.get_by_role("button", name="Reset").wait_for()
    page.reload()
    page.evaluate(
        """() => {
            const key = Object.keys(localStorage).find((one) => one.includes("listing:"))
            localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), of: "other = 2" }))
        }"""
    )

    block.get_by_role("button", name=re.compile("^Edit")).click()

    block.get_by_text("This listing is another one since. Reset shows the new one.").wait_for()
    wait_for(lambda: "mine = 1" in block.locator(".cm-content").inner_text(), "what was changed")


def test_running_a_listing_as_it_is_leaves_what_was_changed_in_it(page):
    block = block_of(page, FASTAPI)
    edit(page, block, RIGHT.replace("Hello from Flask", "Changed"))
    page.reload()

    block.get_by_role("button", name="Run main.py").click()
    assert "FastAPI" in ended(block).inner_text()
    page.reload()

    assert block.locator(".run-kept").is_visible()


def test_editor_of_a_listing_says_the_way_out_and_who_takes_it_stays_there(page):
    page.add_init_script(IN_STEPS)
    block = block_of(page, FASTAPI)
    editor = block.locator(".cm-content")
    block.get_by_role("button", name=re.compile("^Edit")).click()

    wait_for(lambda: (next_step(page), editor.count())[1], "the editor")
    assert editor.evaluate("element => element === document.activeElement")
    assert editor.get_attribute("aria-label") == "Code editor, main.py. Press Escape to leave."
    page.keyboard.press("Escape")
    wait_for(lambda: (next_step(page), block.locator(".run-hint").count())[1], "all of the editor")

    assert block.get_by_role("button", name="Run main.py").evaluate("button => button === document.activeElement")


def test_an_endless_loop_ends_at_the_time_limit_and_the_page_stays_responsive(page):
    block = block_of(page, PROGRAM)
    edit(page, block, ENDLESS)

    page.keyboard.press("Control+Enter")
    block.get_by_text("Running").wait_for(timeout=30_000)
    page.get_by_role("button", name="Theme").click()
    assert page.locator("[data-theme-menu]").is_visible()
    page.keyboard.press("Escape")

    result = ended(block, seconds=60)
    assert re.search(r"Stopped after \d+ s", result.inner_text())  # of processor time, unless the machine is busy
    assert "That is the time limit." in result.inner_text()


def test_a_run_is_stopped(page):
    block = block_of(page, PROGRAM)
    edit(page, block, "import time\nprint('begun', flush=True)\ntime.sleep(15)\n")
    page.keyboard.press("Control+Enter")

    block.get_by_role("button", name="Stop").click()

    assert "You stopped this run" in ended(block).inner_text()
    expect(block.locator(".run-headline")).to_be_focused()  # the button is gone


def test_without_a_network_a_listing_says_so_and_the_lesson_stays(page):
    block = block_of(page, PROGRAM)
    run = block.get_by_role("button", name=re.compile("^Run"))
    with page.expect_response(re.compile(r"/run(\.\w+)?\.js$")):
        run.focus()
    offline = block.get_by_text("We could not reach the server.")
    page.context.set_offline(True)

    run.click()
    offline.wait_for()
    after_run = page.url, run.get_attribute("aria-busy"), block.locator(".run-pane").count()
    block.get_by_role("button", name=re.compile("^Edit")).click()
    expect(offline).to_have_count(1)
    page.context.set_offline(False)
    run.click()

    assert after_run == (page.url, None, 0)
    assert ended(block).is_visible()
    expect(offline).to_have_count(0)


def test_without_a_network_not_even_the_script_is_needed_to_stay(page):
    page.route(re.compile(r"/run(\.\w+)?\.js$"), lambda route: route.abort())
    block = block_of(page, PROGRAM)
    address = page.url
    page.context.set_offline(True)

    block.get_by_role("button", name=re.compile("^Run")).click()

    block.get_by_text("We could not reach the server.").wait_for()
    assert page.url == address


def test_a_run_says_when_the_server_cannot_be_reached_and_when_it_can_again(page):
    block = block_of(page, PROGRAM)
    edit(page, block, "import time\nprint('begun', flush=True)\ntime.sleep(8)\n")
    page.keyboard.press("Control+Enter")
    stop = block.get_by_role("button", name="Stop")
    stop.wait_for()
    away = block.get_by_role("alert").filter(has_text="We could not reach the server.")
    page.context.set_offline(True)

    stop.click()
    away.wait_for(timeout=2000)  # at once
    page.wait_for_timeout(6000)
    expect(away).to_have_count(1)
    page.context.set_offline(False)

    assert ended(block).is_visible()
    expect(away).to_have_count(0)


def test_html_is_shown_as_a_page_that_can_do_nothing(page):
    block = block_of(page, f"{COURSE}compare-with-flask/")
    edit(page, block, PAGE)
    page.keyboard.press("Control+Enter")
    frame = ended(block).frame_locator("iframe")

    heading = frame.locator("#hi")
    heading.wait_for()

    assert heading.evaluate("heading => getComputedStyle(heading).color") == "rgb(1, 2, 3)"
    assert "stolen" not in page.title()
    assert block.locator("iframe").get_attribute("sandbox") == ""
    # As a page of its own the answer is not given out.
    address = block.locator("iframe").get_attribute("src")
    assert page.goto(address).status == 403


def test_tabs_and_copying_work_beside_running(page):
    page.goto(f"{COURSE}hello-in-every-framework/")
    tabs = page.locator(".variants").first
    tabs.get_by_role("tab", name="Flask").click()
    flask = tabs.locator("[id$=-flask] .codeblock").first
    flask.get_by_role("button", name="Run").click()
    answer = ended(flask).inner_text()

    tabs.get_by_role("tab", name="FastAPI").click()
    fastapi = tabs.locator("[id$=-fastapi] .codeblock").first
    fastapi.get_by_role("button", name="Run").click()

    assert "Hello from Flask" in answer
    assert "Hello from FastAPI" in ended(fastapi).inner_text()
    assert flask.locator(DONE).is_hidden()
    assert fastapi.get_by_role("button", name="Copy main.py").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_listing_that_was_run_and_edited_has_no_axe_violations(page, theme):
    page.emulate_media(color_scheme=theme)
    block = block_of(page, ITEMS)
    block.get_by_role("button", name="Run").click()
    ended(block)
    assert axe_violations(page) == []

    edit(page, block, "x = (")
    page.keyboard.press("Control+Enter")
    block.get_by_text("Python could not read your code").wait_for(timeout=30_000)

    assert axe_violations(page) == []


def test_a_listing_runs_on_a_phone(phone):
    block = block_of(phone, FASTAPI)
    run = block.get_by_role("button", name="Run")

    run.tap()
    ended(block)

    assert run.bounding_box()["height"] >= 44
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_listing_is_changed_and_run_without_scripts(without_scripts):
    page = without_scripts
    page.goto(FASTAPI)
    page.get_by_role("link", name="Run main.py").first.click()
    page.get_by_label("main.py").fill(RIGHT)
    page.get_by_label("Path").fill("/?x=1")

    page.get_by_role("button", name="Run").click()

    page.wait_for_url("**/runs/**")
    ended(page)
    assert "Hello from Flask" in page.locator("[data-run-part=answer]").inner_text()
    assert page.get_by_label("main.py").input_value() == RIGHT
    assert page.get_by_label("Path").input_value() == "/?x=1"
    page.get_by_role("link", name="Back to the lesson").click()
    assert page.url.endswith(FASTAPI)


def test_the_exercises_code_is_run_and_nothing_is_recorded(page, watched):
    page.goto(EXERCISE)
    write_code(page, RIGHT)

    page.keyboard.press("Control+'")
    place = page.locator("#results [data-run-place]")
    assert "Hello from Flask" in ended(place).inner_text()
    page.get_by_label("Path").fill("/nowhere")
    page.get_by_label("Path").press("Enter")
    place.get_by_text("HTTP/1.1 404").wait_for(timeout=30_000)

    assert page.locator("[data-history] li").count() == 0
    assert axe_violations(page) == []
    page.reload()
    assert page.locator("[data-history] li").count() == 0
    assert watched.console_errors == []


def test_the_exercises_code_is_run_without_scripts(without_scripts):
    page = without_scripts
    page.goto(EXERCISE)
    page.locator("textarea[data-path]").fill(RIGHT)

    page.get_by_role("button", name="Run").click()

    page.wait_for_url("**/runs/**")
    ended(page)
    assert "Hello from Flask" in page.locator("[data-run-part=answer]").inner_text()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/**")


def test_the_ring_of_an_editor_goes_below_the_bar_of_the_page(page):
    block = block_of(page, FASTAPI)
    block.get_by_role("button", name=re.compile("^Edit")).click()
    block.locator(".cm-content").click()
    page.evaluate(
        """() => {
            const file = document.querySelector(".codeblock .file:has(.cm-focused)")
            scrollTo({top: scrollY + file.getBoundingClientRect().top - 20, behavior: "instant"})
        }"""
    )
    assert page.locator(".file:has(.cm-focused)").bounding_box()["y"] == pytest.approx(20, abs=1)

    bar = page.locator(".bar").bounding_box()
    focused = page.screenshot(clip=bar)
    page.evaluate("document.activeElement.blur()")
    page.locator(".file:has(.cm-focused)").wait_for(state="detached")

    assert focused == page.screenshot(clip=bar)
