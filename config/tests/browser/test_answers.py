"""Exercises that are answered: with and without scripts, on a desk and on a phone."""

import re

import pytest

from config.tests.browser.conftest import OF_COLOURS, axe_violations
from config.tests.site import wait_for
from exercises.tests.answer_content import write_answered

pytestmark = pytest.mark.browser

PAGES = {kind: f"/exercises/{kind}/" for kind in ("choice", "decision", "scenario")}


@pytest.fixture(scope="module", autouse=True)
def course(site, tmp_path_factory):
    """A small course of its own beside the one that is shipped."""
    site.manage("load_course", str(write_answered(tmp_path_factory.mktemp("answered"))), "--publish", "--verbosity=0")


def answer_questions(page, *labels):
    for label in labels:
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Submit").click()


def fill_matrix(page, *, pick=None):
    page.get_by_label("Title of the decision").fill("A framework for the shop")
    fields = {
        "candidate": ["Flask", "Django", "FastAPI"],
        "weight": ["5", "3"],
        "score": ["2", "5", "3", "5", "3", "1"],
    }
    for name, values in fields.items():
        for index, value in enumerate(values):
            page.locator(f"[name={name}]").nth(index).fill(value)
    if pick:
        page.get_by_role("radio", name=pick).check()
        page.get_by_label("Your reasons").fill("The admin is there already.")


def fill_scenarios(page, *, reasons="The team knows it."):
    for index, text in enumerate(("A shop", "A small API", "A webhook")):
        page.locator("[name=scenario]").nth(index).fill(text)
        page.locator("[name=choice]").nth(index).select_option("Django")
        page.locator("[name=reasons]").nth(index).fill(reasons)


def fill(page, kind):
    """Answer all of an exercise of *kind*, not quite right, without handing it in."""
    if kind == "decision":
        fill_matrix(page, pick="Flask")
    elif kind == "scenario":
        fill_scenarios(page)
    else:
        for label in ("Stars on a website", "Flask", "Sanic"):
            page.get_by_label(label, exact=True).check()


def typed(page):
    """What the form holds, as it would be sent."""
    fields = page.evaluate("[...new FormData(document.querySelector('#answers-form'))]")
    return [field for field in fields if field[0] != "csrfmiddlewaretoken"]


def kept(page):
    """What the browser keeps of answers."""
    names = page.evaluate("Object.keys(localStorage)")
    return [name for name in names if name.startswith("fieldguide:answers:")]


def ranked(page):
    names = page.locator(".decision-ranking [data-rank-name]").all_inner_texts()
    return list(zip(names, page.locator(".decision-ranking [data-rank-points]").all_inner_texts(), strict=True))


def test_questions_are_answered_explained_and_answered_again(page, watched):
    page.goto(PAGES["choice"])
    answer_questions(page, "Stars on a website", "Flask", "Django")
    page.wait_for_url("**/exercises/choice/#results")

    headline = page.locator(".result-headline").inner_text()
    marks = page.locator(".option-marks").all_inner_texts()
    answer_questions(page, "What the project needs")
    page.wait_for_selector("[data-live-result][data-outcome=pass]")

    assert headline == "1 of 2 answers right"
    assert marks == ["Your answer, wrong", "Right answer", "Your answer, right", "Your answer, right"]
    assert page.locator(".result-headline").inner_text() == "All 2 answers are right"
    assert page.locator("[data-continue]").is_visible()
    assert page.locator("[data-history] li a").count() == 2
    assert watched.console_errors == []


def test_questions_can_be_answered_with_the_keyboard_alone(page):
    page.goto(PAGES["choice"])

    page.locator("#question-1 input").first.focus()
    page.keyboard.press("ArrowDown")  # the second option
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_selector("[data-live-result][data-outcome=pass]")


def test_an_open_question_is_a_link_away(page):
    page.goto(PAGES["choice"])
    with page.expect_response(lambda response: response.request.method == "POST") as posted:
        answer_questions(page, "Flask")

    page.get_by_role("link", name="Question 1: Choose an answer.").click()

    assert posted.value.status == 422
    assert page.locator("#question-1").evaluate("field => field.getBoundingClientRect().top") >= 50
    assert page.get_by_label("Flask", exact=True).is_checked()


def test_the_ranking_moves_while_one_types(page, watched):
    page.goto(PAGES["decision"])
    before = ranked(page)
    fill_matrix(page)
    typed = ranked(page)

    page.locator("[name=weight]").nth(1).fill("5")
    page.locator("[name=weight]").nth(0).fill("1")

    assert before == [(f"Candidate {number}", "0 of 0") for number in (1, 2, 3)]
    assert typed == [("Django", "34 of 40"), ("Flask", "25 of 40"), ("FastAPI", "18 of 40")]
    assert ranked(page) == [("Flask", "27 of 30"), ("Django", "20 of 30"), ("FastAPI", "8 of 30")]
    page.locator("[name=score]").nth(0).fill("")
    assert ranked(page)[0] == ("Flask", "25 of 30, scores missing")
    assert watched.console_errors == []


def test_the_new_leader_is_announced_once_typing_rests(page):
    page.goto(PAGES["decision"])
    fill_matrix(page)

    wait_for(
        lambda: "Django leads with 34 of 40" in page.locator("[data-announcer]").text_content(), "the announcement"
    )


def test_rows_and_columns_come_and_go_in_place(page, watched):
    page.goto(PAGES["decision"])
    fill_matrix(page, pick="Django")
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    page.get_by_role("button", name="Add a candidate").click()
    page.keyboard.type("Sanic")
    page.get_by_role("button", name="Add a criterion").click()
    page.keyboard.type("Hosting")
    page.get_by_label("Sanic: Hosting").fill("4")
    page.get_by_label("Weight: Hosting").fill("2")
    with_both = ranked(page)
    page.get_by_role("button", name="Remove Flask").click()
    page.get_by_role("button", name="Remove Hosting").click()

    assert ("Sanic", "8 of 50, scores missing") in with_both
    assert sorted(name for name, _ in ranked(page)) == ["Django", "FastAPI", "Sanic"]
    assert page.get_by_role("radio", name="Django").is_checked()
    assert page.locator("[name=score]").count() == 6
    assert posts == []
    assert watched.console_errors == []


def test_what_the_page_ranked_is_what_the_server_stores_and_exports(page):
    page.goto(PAGES["decision"])
    fill_matrix(page, pick="Flask")
    shown = ranked(page)
    page.get_by_label("Why not the candidate with the most points?").fill("We know it.")

    page.get_by_role("button", name="Submit").click()
    page.wait_for_selector("[data-live-result][data-outcome=pass]")
    names = page.locator("[data-live-result] [data-rank-name]").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the decision as Markdown").click()

    assert names == [name for name, _ in shown]
    assert page.locator("[data-live-result] .chip").inner_text() == "Your pick"
    assert download.value.suggested_filename == "decision.md"
    record = download.value.path().read_text()
    assert [f"{name}: {points}" for name, points in shown] == re.findall(r"^\d\. (.*)$", record, re.MULTILINE)
    assert page.locator("[name=candidate]").first.input_value() == "Flask"  # filled in when one comes back


def test_the_second_reason_is_asked_for_only_below_the_top(page):
    page.goto(PAGES["decision"])
    second = page.get_by_label("Why not the candidate with the most points?")
    fill_matrix(page, pick="Django")
    hidden = second.is_hidden()
    page.get_by_role("radio", name="FastAPI").check()
    asked = second.is_visible()

    page.get_by_role("button", name="Submit").click()
    page.wait_for_selector("[data-live-result][data-outcome=fail]")

    assert (hidden, asked) == (True, True)
    assert "FastAPI has 18 points and Django has 34." in page.locator("#results").inner_text()


def test_without_scripts_buttons_do_what_the_script_does(without_scripts):
    page = without_scripts
    page.goto(PAGES["decision"])
    fill_matrix(page)

    page.get_by_role("button", name="Recalculate").click()
    computed = ranked(page)
    page.get_by_role("button", name="Add a criterion").click()
    page.locator("[name=criterion]").nth(2).fill("Hosting")
    page.get_by_role("button", name="Remove Flask").click()
    with_row = page.locator("[name=criterion]").nth(2).input_value()
    page.get_by_role("button", name="Add a candidate").click()
    page.get_by_role("button", name="Remove Hosting").click()
    page.locator("[name=candidate]").nth(2).fill("Flask")
    for index, score in ((2, "2"), (5, "5")):
        page.locator("[name=score]").nth(index).fill(score)
    page.locator("[name=pick]").nth(0).check()
    page.get_by_label("Your reasons").fill("The admin is there already.")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_selector("[data-live-result][data-outcome=pass]")

    assert computed == [("Django", "34 of 40"), ("Flask", "25 of 40"), ("FastAPI", "18 of 40")]
    assert with_row == "Hosting"
    assert page.locator(".result-headline").inner_text() == "The decision is complete"


def test_enter_in_a_field_of_the_matrix_hands_in_nothing(page, without_scripts):
    for tab in (page, without_scripts):
        tab.goto(PAGES["decision"])
        fill_matrix(tab)
        tab.locator("[name=score]").first.press("Enter")
        tab.wait_for_timeout(300)

        assert tab.locator("[name=candidate]").count() == 3
        assert tab.locator("[role=alert]").count() == 0
        assert ranked(tab)[0] == ("Django", "34 of 40")


@pytest.mark.parametrize("scripts", [True, False])
def test_scenarios_are_completed_and_assessed(page, without_scripts, scripts):
    page = page if scripts else without_scripts
    page.goto(PAGES["scenario"])
    fill_scenarios(page, reasons="It is popular.")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_selector("[data-live-result][data-outcome=fail]")
    incomplete = page.locator(".result-headline").inner_text()

    fill_scenarios(page)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_selector("[data-live-result][data-outcome=pass]")
    page.get_by_label("They say what speaks against it.").check()
    page.get_by_role("button", name="Keep my assessment").click()
    page.get_by_text("Your assessment is kept with this attempt.").wait_for()

    assert incomplete == "4 of 7 parts are there"
    assert page.get_by_label("They say what speaks against it.").is_checked()
    assert not page.get_by_label("The reasons name the workload.").is_checked()
    assert "Its admin is built in." in page.locator("#results").inner_text()


def state_of(page, kind, state):
    """Bring the page of *kind* into a state: new, refused, or answered."""
    page.goto(PAGES[kind])
    if state == "new":
        return
    if state == "answered":
        if kind == "choice":
            page.get_by_label("Stars on a website").check()
            page.get_by_label("Flask", exact=True).check()
        elif kind == "decision":
            fill_matrix(page, pick="Django")
        else:
            fill_scenarios(page)
    elif kind == "scenario":
        page.locator("[name=reasons]").first.fill("x" * 3001)
    elif kind == "decision":
        page.locator("[name=candidate]").first.fill("Flask")
    with page.expect_navigation():
        page.get_by_role("button", name="Submit").click()


SMALL_TARGETS = """() => {
    const targets = [...document.querySelectorAll("button, a, summary, input:not([type=hidden])")]
    return targets.filter(element => {
        const box = element.getBoundingClientRect()
        const inText = element.closest("p, li, td, .prose, .skip, .visually-hidden")
        return box.width && !inText && (box.width < 24 || box.height < 24)
    }).map(element => element.outerHTML.slice(0, 100))
}"""


# Of one theme to that of the other: on a busy machine a transition begins and ends late.
NO_COLOUR_ON_ITS_WAY = "document.getAnimations().every((one) => !(one instanceof CSSTransition))"


@pytest.mark.parametrize("state", ["new", "refused", "answered"])
@pytest.mark.parametrize("kind", PAGES)
def test_pages_are_accessible_and_fit_every_window_in_every_state(page, kind, state):
    state_of(page, kind, state)
    # What is folded is not drawn anew in another theme until it is seen.
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")

    page.emulate_media(color_scheme="dark")
    wait_for(lambda: page.evaluate(NO_COLOUR_ON_ITS_WAY), "rest")
    assert axe_violations(page, only=OF_COLOURS) == []
    page.emulate_media(color_scheme="light")
    wait_for(lambda: page.evaluate(NO_COLOUR_ON_ITS_WAY), "rest")
    assert axe_violations(page) == []
    for width in (1024, 390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(SMALL_TARGETS) == [], width
    assert axe_violations(page) == []  # also where the matrix is no table any more


def test_the_icon_of_a_result_stays_beside_its_headline(page):
    state_of(page, "decision", "answered")
    page.set_viewport_size({"width": 320, "height": 700})
    short = page.locator(".result-headline").inner_text()
    long = "Your code stopped with an error before it was ready"  # what exercises of code may say

    for text in (short, long):
        page.locator(".result-headline").evaluate("(one, text) => { one.textContent = text }", text)
        both = page.locator(".result-icon, .result-headline")
        icon, headline = both.evaluate_all(  # at once: the page may be scrolling
            "both => both.map((one) => one.getBoundingClientRect().toJSON())"
        )
        assert icon["right"] <= headline["left"]
        assert abs(icon["top"] + icon["bottom"] - headline["top"] - headline["bottom"]) < 2, text


@pytest.mark.parametrize("kind", PAGES)
def test_the_button_is_large_on_a_phone(phone, kind):
    phone.goto(PAGES[kind])

    assert phone.get_by_role("button", name="Submit").bounding_box()["height"] >= 44


def test_a_score_out_of_range_is_told_while_one_types(page):
    page.goto(PAGES["decision"])
    score = page.locator("[name=score]").first
    cell = page.locator("[data-score]").first
    problem = "This must be a whole number from 0 to 5."

    said = []
    for text in ("6", "5", "-1", ""):
        score.fill(text)
        said.append((cell.locator(".errorlist").all_inner_texts(), score.get_attribute("aria-invalid")))
    score.fill("1.5")
    described = score.get_attribute("aria-describedby")

    assert said == [([problem], "true"), ([], None), ([problem], "true"), ([], None)]
    assert page.locator(f"#{described}").inner_text() == problem
    assert axe_violations(page) == []


def test_a_score_out_of_range_is_told_without_scripts_before_it_is_sent(without_scripts):
    page = without_scripts
    page.goto(PAGES["decision"])
    score = page.locator("[name=score]").first

    score.fill("6")
    page.keyboard.press("Tab")
    marked = score.evaluate("input => input.matches(':user-invalid')")
    page.get_by_role("button", name="Submit").click()

    assert marked
    assert page.locator(".alert, .errorlist").count() == 0  # nothing was sent: the browser says what is wrong
    assert score.evaluate("input => input === document.activeElement && !input.validity.valid")
    page.get_by_role("button", name="Add a criterion").click()  # which needs no scores
    assert page.locator("[name=score]").first.input_value() == "6"


def test_without_motion_the_ranking_changes_places_at_once(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(PAGES["decision"])
    fill_matrix(page)
    two_frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(two_frames)  # a change without motion is an animation of 0.01 ms, until the next frame

    assert page.evaluate("document.getAnimations().length") == 0
    assert ranked(page)[0] == ("Django", "34 of 40")


@pytest.mark.parametrize("kind", PAGES)
def test_typed_answers_are_back_after_a_reload_and_in_a_new_tab_until_they_are_handed_in(page, watched, kind):
    page.goto(PAGES[kind])
    fill(page, kind)
    page.get_by_text("Saved on this device", exact=True).wait_for()
    written = typed(page)

    page.reload()
    after_reload, said = typed(page), page.locator("[data-answers]").inner_text()
    middle = "one => one.getBoundingClientRect().top + one.getBoundingClientRect().height / 2"
    beside = page.get_by_role("button", name="Submit").evaluate(middle) - page.locator("[data-answers]").evaluate(
        middle
    )
    tab = page.context.new_page()
    page.close()
    tab.goto(PAGES[kind])
    in_new_tab = typed(tab)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Submit").click()

    assert (after_reload, in_new_tab, said) == (written, written, "Saved on this device")
    assert abs(beside) < 1
    assert (kept(tab), tab.locator("[data-answers]").inner_text()) == ([], "")
    assert typed(tab) == written  # as it was handed in
    assert watched.console_errors == []


@pytest.mark.parametrize("way", ["link", "back"])
def test_answers_are_kept_when_one_leaves_at_once(page, way):
    page.goto(PAGES["scenario"])
    page.locator("[name=reasons]").first.fill("The team knows it.")

    page.get_by_role("link", name="Read the lesson again").click()
    page.wait_for_url("**/first/")
    if way == "link":
        page.goto(PAGES["scenario"])
    else:
        page.go_back()

    wait_for(lambda: page.locator("[name=reasons]").first.input_value() == "The team knows it.", "the text")


def test_rows_and_columns_of_a_kept_decision_are_back_as_they_were(page):
    page.goto(PAGES["decision"])
    fill_matrix(page, pick="Django")
    page.get_by_role("button", name="Add a candidate").click()
    page.keyboard.type("Sanic")
    page.get_by_role("button", name="Remove Required features").click()
    page.get_by_role("button", name="Add a criterion").click()
    page.keyboard.type("Hosting")
    page.get_by_label("Weight: Hosting").fill("9")
    page.get_by_role("radio", name="Sanic").check()
    written, order = typed(page), ranked(page)

    page.reload()

    assert (typed(page), ranked(page)) == (written, order)
    assert page.get_by_role("radio", name="Sanic").is_checked()
    assert page.locator("[data-criterion] [data-error]").all_inner_texts() == [
        "This must be a whole number from 0 to 5."
    ]
    assert page.locator("[data-criterion] [data-help]").count() == 0  # that of the criterion which was removed
    assert page.evaluate("document.activeElement === document.body")


def test_a_refused_form_is_shown_as_it_was_sent_and_kept(page):
    page.goto(PAGES["choice"])
    page.get_by_label("Flask", exact=True).check()
    page.get_by_text("Saved on this device", exact=True).wait_for()
    record = page.evaluate("name => localStorage.getItem(name)", kept(page)[0])
    page.get_by_label("Flask", exact=True).uncheck()
    page.get_by_label("Sanic", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Submit").click()
    refused = typed(page)

    page.goto(PAGES["choice"])
    again = typed(page)
    page.evaluate("([name, record]) => localStorage.setItem(name, record)", [kept(page)[0], record])
    page.get_by_label("Django", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Submit").click()

    assert refused == again == [["question:sync", "sanic"]]
    assert typed(page) == [["question:sync", "django"], ["question:sync", "sanic"]]


def test_answers_to_another_version_are_not_put_back(page):
    page.goto(PAGES["scenario"])
    page.locator("[name=reasons]").first.fill("The team knows it.")
    page.get_by_text("Saved on this device", exact=True).wait_for()
    page.goto(PAGES["choice"])  # the same storage, and another page
    page.evaluate(
        """name => {
            const record = JSON.parse(localStorage.getItem(name))
            localStorage.setItem(name, JSON.stringify({...record, version: "0"}))
        }""",
        kept(page)[0],
    )

    page.goto(PAGES["scenario"])

    assert page.locator("[name=reasons]").first.input_value() == ""


def test_saving_answers_by_key_says_so(page):
    page.goto(PAGES["scenario"])
    page.locator("[name=reasons]").first.fill("The team knows it.")

    page.keyboard.press("Control+s")

    wait_for(lambda: page.locator("[data-announcer]").text_content() == "Saved on this device", "the announcement")


def test_a_browser_that_keeps_nothing_says_so(page):
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    page.goto(PAGES["scenario"])

    page.locator("[name=reasons]").first.fill("The team knows it.")

    page.get_by_text("This browser keeps nothing: submit, or copy your answers before you leave").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_answers_that_a_sign_in_elsewhere_made_strange_are_sent_again(page, without_scripts, scripts):
    page = page if scripts else without_scripts
    page.goto(PAGES["scenario"])
    fill_scenarios(page)
    written = [page.locator("[name=reasons]").nth(index).input_value() for index in range(3)]
    other = page.context.new_page()
    other.goto("/accounts/signup/")
    other.locator("input[name=email]").fill(f"strange-{scripts}@example.org")
    other.locator("input[name=password1]").fill("correct-horse-battery")
    with other.expect_navigation():
        other.locator("input[name=password1]").press("Enter")
    with page.expect_response(lambda response: response.request.method == "POST") as refused:
        page.get_by_role("button", name="Submit").click()
    page.get_by_text("Go back and send it again: what you wrote is still there.").wait_for()

    page.go_back()
    page.get_by_role("button", name="Submit").wait_for()
    there = [page.locator("[name=reasons]").nth(index).input_value() for index in range(3)]
    page.get_by_role("button", name="Submit").click()

    assert refused.value.status == 403
    assert there == written
    page.wait_for_selector("[data-live-result][data-outcome=pass]")
