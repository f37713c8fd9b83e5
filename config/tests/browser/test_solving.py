"""Solving an exercise: the journey that everything else is for."""

import re

import pytest

from config.tests.browser.conftest import EXERCISE, RIGHT, WRONG, axe_violations, wait_for_outcome, write_code
from config.tests.site import wait_for

pytestmark = pytest.mark.browser


def test_tests_are_listed_before_the_first_attempt(page):
    page.goto(EXERCISE)

    assert page.locator("#results .test-word").all_inner_texts() == ["Not run yet"] * 4


def test_right_solution_passes_by_itself_and_leads_on(page, watched):
    page.goto(EXERCISE)
    write_code(page, RIGHT)

    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "pass")

    assert page.locator(".result-headline").inner_text() == "All 4 tests pass"
    assert page.locator("#results .test-word").all_inner_texts() == ["Pass"] * 4
    wait_for(lambda: page.evaluate("document.activeElement.matches('[data-continue]')"), "focus on Continue")
    wait_for(lambda: page.locator("[data-history] li a").count() == 1, "the attempt in the history")
    assert watched.console_errors == []


PASSED = "[data-live-result][data-outcome=pass]"


def test_who_goes_on_typing_after_a_pass_stays_in_the_editor(page):
    page.goto(EXERCISE)
    write_code(page, RIGHT)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Enter")

    wait_for(lambda: (page.keyboard.type("#", delay=20), page.locator(PASSED).count())[1], "the pass")
    page.keyboard.type("typing", delay=20)

    assert page.locator("[data-continue]").is_visible()
    assert re.match("#+typing", page.locator("textarea[name='file:main.py']").input_value())


def test_right_solution_leads_on_by_itself_on_a_phone_too(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(EXERCISE)
    page.get_by_role("tab", name="Code").click()
    write_code(page, RIGHT)

    page.locator("[data-submit]").click()
    wait_for_outcome(page, "pass")

    wait_for(lambda: page.evaluate("document.activeElement.matches('[data-continue]')"), "focus on Continue")


def test_wrong_solution_shows_what_was_asked_expected_and_got(page):
    page.goto(EXERCISE)
    write_code(page, WRONG)

    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "fail")

    opened = page.locator("#results details.test[open]").first
    assert page.locator(".result-headline").inner_text() == "3 of 4 tests pass"
    assert opened.locator(".test-name").inner_text() == "The body is the hello message"
    assert "GET /" in opened.inner_text()
    assert "Hello from Flask" in opened.locator(".compare-expected").inner_text()
    assert "Hello from Django" in opened.locator(".compare-got").inner_text()
    assert page.evaluate("document.activeElement.closest('.cm-editor') !== null")  # focus stays in the editor


def test_what_failed_is_in_view_below_the_code_and_nothing_has_scrolled(page):
    page.set_viewport_size({"width": 1440, "height": 850})
    page.goto(EXERCISE)
    write_code(page, WRONG)

    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "fail")

    box = page.locator("#results .test[open] .compare-expected").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 850
    assert page.evaluate("[scrollY, document.querySelector('#results').scrollTop]") == [0, 0]


@pytest.mark.parametrize("width", [720, 1040])  # of paper, upright and across
def test_code_and_results_are_printed(page, width):
    page.goto(EXERCISE)
    write_code(page, f"{WRONG}# {'long ' * 60}\n")
    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "fail")
    page.set_viewport_size({"width": 1040, "height": 850})
    page.locator("[data-results-fold]").click()  # a fold of the screen, not of paper

    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(media="print")

    assert page.locator("#exercise-title").is_visible()
    assert page.get_by_text("At message we expected").is_visible()
    code = page.locator(".cm-content")
    assert "Hello from Django" in code.inner_text()
    assert code.bounding_box()["height"] > 100
    assert page.locator(".cm-scroller").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_status_is_announced_once_each_and_politely(page):
    page.goto(EXERCISE)
    page.evaluate(
        """() => { window.said = []; const region = document.querySelector("[data-announcer]")
            new MutationObserver(() => {
                const text = region.textContent.trim()
                if (text && text !== window.said.at(-1)) window.said.push(text)
            }).observe(region, {childList: true, characterData: true, subtree: true}) }"""
    )
    write_code(page, RIGHT)

    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "pass")
    # One sentence is read after the other, while the result may be there before the first has ended.
    wait_for(lambda: "All 4 tests pass" in page.evaluate("window.said.at(-1)"), "the end being said", 5)
    page.wait_for_timeout(500)

    said = page.evaluate("window.said")
    assert "All 4 tests pass" in said[-1]
    assert len(said) == len(set(said)) <= 4


OUTCOMES = {
    "not_started": ("def app(:\n", "Python could not read your code"),
    "exception": (RIGHT.replace("return {", "return {}['x'] or {"), None),
    "time": ("while True:\n    pass\n", "Stopped after"),
    "memory": ("x = []\nwhile True:\n    x.append(bytearray(10_000_000))\n", "Stopped: more than"),
    "output": ("while True:\n    print('x' * 1000)\n", "Output"),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_has_its_own_headline_and_is_accessible(page, watched, outcome):
    source, headline = OUTCOMES[outcome]
    page.goto(EXERCISE)
    write_code(page, source)

    page.locator("[data-submit]").click()
    wait_for_outcome(page, outcome)

    if headline:
        assert headline in page.locator(".result-headline").inner_text()
    text = page.locator("#results").inner_text()
    assert not re.search(r"/opt/|/work/|fieldguide_harness|site-packages", text), text
    assert watched.console_errors == []
    assert axe_violations(page) == []


def test_error_line_is_a_link_into_the_editor(page):
    page.goto(EXERCISE)
    write_code(page, "import flask\n\nraise KeyError(99)\n")

    page.locator("[data-submit]").click()
    page.wait_for_selector("[data-live-result][data-pending=false]", timeout=30_000)
    assert "KeyError: 99" in page.locator("#results").inner_text()
    page.locator("[data-goto-line='3']").first.click()

    page.wait_for_selector(".cm-activeLine")
    assert page.locator(".cm-activeLine").inner_text() == "raise KeyError(99)"


def test_learner_output_is_text_and_nothing_else(page, watched):
    page.goto(EXERCISE)
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    write_code(page, RIGHT.replace("Hello from Flask", attack) + f"\nprint({attack!r})\n")

    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")

    assert attack in page.locator("#results").inner_text() or attack in page.locator("#results").text_content()
    assert page.locator("#results img, #results script").count() == 0
    assert watched.console_errors == []


def test_editing_after_a_result_says_that_it_belongs_to_the_earlier_code(page):
    page.goto(EXERCISE)
    write_code(page, RIGHT)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "pass")

    write_code(page, RIGHT + "\n# more\n")

    page.get_by_text("These results are for attempt 1; you have changed the code.").wait_for()
    assert page.locator("[data-continue]").is_visible()  # passed stays passed


def test_a_result_is_marked_as_of_earlier_code_also_after_a_reload(page):
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")
    page.reload()
    at_first = page.locator("[data-result-remark]").is_visible()

    write_code(page, WRONG + "\n# more\n")
    page.get_by_text("These results are for attempt 1; you have changed the code.").wait_for()
    write_code(page, WRONG)
    again = page.locator("[data-result-remark]").is_visible()
    page.locator("[data-submit]").click()

    page.get_by_text("This is the same code as in the attempt before.").wait_for()
    assert (at_first, again) == (False, False)


def test_the_history_follows_an_attempt_that_gave_way_to_its_end(page):
    page.goto(EXERCISE)
    write_code(page, "while True:\n    pass\n")
    page.locator("[data-submit]").click()
    page.wait_for_selector("[data-live-result][data-pending=true]")
    meanwhile = [page.request.get(EXERCISE).text()]
    # On a machine of many cores the second ends before the first; here the list is fetched as if it did.
    page.route(
        f"**{EXERCISE}",
        lambda route: route.fulfill(body=meanwhile.pop(), content_type="text/html") if meanwhile else route.continue_(),
    )

    write_code(page, RIGHT)
    page.locator("[data-submit]").click()
    page.wait_for_selector("[data-live-result][data-pending=false][data-outcome=pass]", timeout=60_000)

    wait_for(
        lambda: page.locator(".history-short").all_inner_texts() == ["All 4 tests pass", "Time limit"],
        "the list to follow",
    )


def test_tab_indents_and_escape_then_tab_leaves(page):
    page.goto(EXERCISE)
    write_code(page, "")

    page.keyboard.press("Tab")
    indented = page.locator(".cm-content").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    assert indented.startswith("    ")
    assert not page.evaluate("document.activeElement.closest('.cm-editor') !== null")
    assert page.get_by_text("leaves the editor").first.is_visible()


def test_without_scripts_the_form_leads_to_a_page_that_ends_by_itself(without_scripts):
    page = without_scripts
    page.goto(EXERCISE)
    page.locator("textarea[name='file:main.py']").fill(RIGHT)

    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    wait_for_outcome(page, "pass")

    assert page.locator(".result-headline").inner_text() == "All 4 tests pass"
    assert page.locator("meta[http-equiv=refresh]").count() == 0


def test_without_scripts_the_page_of_a_result_ends_by_itself_with_a_fragment_too(without_scripts):
    page = without_scripts
    page.goto(f"{EXERCISE}#help")  # where "Hints" of an earlier result led

    page.locator("#file-1").fill(RIGHT)
    page.get_by_role("button", name="Submit").click()

    page.get_by_text("All 4 tests pass").wait_for(timeout=30_000)


def test_without_scripts_a_refusal_says_what_is_wrong_and_keeps_the_text(without_scripts):
    page = without_scripts
    page.goto(EXERCISE)
    page.locator("textarea[name='file:main.py']").fill("x" * 70_000)

    with page.expect_response(lambda response: response.request.method == "POST") as posted:
        page.get_by_role("button", name="Submit").click()

    assert posted.value.status == 422
    assert "64" in page.locator("[data-submit-error]").inner_text()
    assert len(page.locator("textarea[name='file:main.py']").input_value()) == 70_000


def test_times_are_those_of_the_clock_on_ones_wall(browser, site):
    context = browser.new_context(base_url=site.url, timezone_id="America/New_York")
    page = context.new_page()
    page.goto(EXERCISE)
    write_code(page, WRONG)
    page.locator("[data-submit]").click()
    wait_for_outcome(page, "fail")
    page.reload()

    shown = page.locator("[data-history] time").first
    clock = "(at) => new Date(at).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit'})"
    told = page.evaluate(clock, shown.get_attribute("datetime"))
    text = shown.inner_text()
    context.close()

    assert text.endswith(f", {told}"), text


@pytest.mark.parametrize(
    ("button", "addresses", "place"),
    [
        ("[data-submit]", "**/submissions/", "[data-submit-error]"),
        ("[data-exercise-run]", "**/api/v1/runs/", "[data-run-place]"),
    ],
)
def test_a_wait_is_counted_down_where_one_looks_and_told_once(page, button, addresses, place):
    def refuse(route):
        route.fulfill(status=429, headers={"Retry-After": "3"}, json={"code": "throttled", "detail": "Wait."})

    sentence = "That was a lot at once. Try again in {} s."
    page.route(addresses, refuse)
    page.goto(EXERCISE)
    page.wait_for_selector(".cm-content")

    page.locator(button).click()
    place = page.locator(place)
    place.locator("[aria-hidden=true]", has_text=sentence.format(1)).wait_for()
    told = place.locator(".visually-hidden").inner_text()
    place.get_by_text("You can try again now.").wait_for()

    assert told == sentence.format(3)
    assert place.inner_text().strip() == "You can try again now."
