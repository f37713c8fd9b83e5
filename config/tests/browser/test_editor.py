"""The code editor and the three layouts of the exercise page."""

import re

import pytest

from config.tests.browser.conftest import (
    EXERCISE,
    IN_STEPS,
    RIGHT,
    WRONG,
    axe_violations,
    next_step,
    wait_for_outcome,
    write_code,
)
from config.tests.site import wait_for

pytestmark = pytest.mark.browser
IN_EDITOR = "document.activeElement.closest('.cm-editor') !== null"


def open_settings(page):
    page.get_by_role("button", name="Editor and layout").click()
    page.get_by_role("button", name="Editor settings").click()
    return page.get_by_role("dialog", name="Editor settings")


def type_before_the_editor(page, box, key):
    """At the top of *box*, before each step of a page with IN_STEPS; what was typed when the editor is there."""
    box.focus()
    page.keyboard.press("Control+Home")
    typed = ""
    while box.is_visible() and len(typed) < 300:
        page.keyboard.type(key)
        typed += key
        next_step(page)
    return typed


def font_size(page):
    return page.locator(".cm-editor").evaluate("element => getComputedStyle(element).fontSize")


def test_the_way_out_of_the_editor_is_shown_and_in_its_name(page):
    page.goto(EXERCISE)
    page.wait_for_selector(".cm-content")

    assert page.get_by_text("Esc, then Tab leaves the editor").is_visible()
    assert page.locator(".cm-content").get_attribute("aria-label") == (
        "Code editor, main.py. Press Escape, then Tab, to leave."
    )


def test_what_is_typed_while_the_editor_is_made_is_kept_and_nothing_to_undo(page):
    page.add_init_script(IN_STEPS)
    page.goto(EXERCISE)
    box = page.locator("textarea[name='file:main.py']")
    starter = box.input_value()
    typed = type_before_the_editor(page, box, "#")

    assert page.evaluate(IN_EDITOR)
    page.keyboard.type("X")
    assert box.input_value() == typed + "X" + starter
    page.keyboard.press("Control+z")
    assert box.input_value() == typed + starter
    page.keyboard.press("Control+z")
    page.keyboard.type("Y")
    assert box.input_value() == typed + "Y" + starter


def test_who_types_before_the_keys_of_vim_are_there_goes_on_inserting(page):
    page.goto(EXERCISE)
    page.wait_for_selector(".cm-content")
    open_settings(page).get_by_label("Vim keys").check()
    page.wait_for_selector(".cm-vimMode")
    page.add_init_script(IN_STEPS)
    page.reload()
    box = page.locator("textarea[name='file:main.py']")
    starter = box.input_value()
    typed = type_before_the_editor(page, box, "a")

    page.keyboard.type("dd")

    assert box.input_value() == f"{typed}dd{starter}"


def test_other_keys_come_without_the_bare_text_box_in_between(page):
    page.add_init_script(IN_STEPS)
    page.goto(EXERCISE)
    box = page.locator("textarea[name='file:main.py']")
    wait_for(lambda: (next_step(page), page.locator(".symbols").count())[1], "the editor")

    settings = open_settings(page)
    settings.get_by_label("Vim keys").check()
    page.keyboard.press("Escape")
    page.locator(".cm-content").click()
    seen = set()
    for _ in range(300):
        seen.add((box.is_visible(), page.locator(".cm-editor").count()))
        if page.locator(".cm-vimMode").count():
            break
        next_step(page)

    assert page.locator(".cm-vimMode").count() == 1
    assert seen == {(False, 1)}
    assert page.evaluate(IN_EDITOR)


@pytest.mark.parametrize("vim", [False, True])
def test_escape_then_tab_leaves_with_any_keys(page, vim):
    page.goto(EXERCISE)
    page.wait_for_selector(".cm-content")
    if vim:
        settings = open_settings(page)
        settings.get_by_label("Vim keys").check()
        page.wait_for_selector(".cm-vimMode")
        page.keyboard.press("Escape")
    page.locator(".cm-content").click()
    if vim:
        page.keyboard.press("i")
    page.keyboard.type("xy")
    typed = page.locator("textarea[name='file:main.py']").input_value()

    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    assert "xy" in typed
    assert not page.evaluate(IN_EDITOR)


def test_typing_closes_brackets_at_every_cursor_and_is_undone_at_once(page):
    page.goto(EXERCISE)
    write_code(page, "one\ntwo\n")
    page.wait_for_selector(".cm-content[data-language=python]")  # the part that closes brackets in Python's way
    box = page.locator("textarea[name='file:main.py']")
    page.keyboard.press("Control+Home")

    page.keyboard.press("End")
    page.keyboard.press("Control+Alt+ArrowDown")
    page.keyboard.type("(x")
    drawn = page.locator(".cm-cursor").count()
    typed = box.input_value()
    page.keyboard.press("Control+z")

    assert (typed, drawn) == ("one(x)\ntwo(x)\n", 2)
    assert box.input_value() == "one\ntwo\n"


def test_ctrl_m_lets_tab_move_on_and_indent_again(page):
    page.goto(EXERCISE)
    write_code(page, "x")

    page.keyboard.press("Control+m")
    page.keyboard.press("Tab")
    moved = not page.evaluate(IN_EDITOR)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+m")
    page.keyboard.press("Tab")

    assert moved
    assert page.evaluate(IN_EDITOR)


@pytest.mark.parametrize("dialog", ["Editor settings", "Keyboard shortcuts"])
def test_closing_what_the_menu_has_opened_leads_back_to_its_button(page, dialog):
    page.goto(EXERCISE)
    page.get_by_role("button", name="Editor and layout").click()
    page.get_by_role("button", name=dialog).click()
    page.get_by_role("dialog", name=dialog).wait_for()

    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.ariaLabel") == "Editor and layout"


def test_settings_are_kept(page):
    page.goto(EXERCISE)
    page.wait_for_selector(".cm-content")
    settings = open_settings(page)
    assert axe_violations(page) == []
    for _ in range(20):
        settings.get_by_role("button", name="Larger").click()
    settings.get_by_label("Wrap long lines").check()
    settings.get_by_label(re.compile("Tab moves the focus")).check()

    page.reload()
    page.wait_for_selector(".cm-content.cm-lineWrapping")
    page.locator(".cm-content").click()
    page.keyboard.press("Tab")

    assert font_size(page) == "22px"
    assert not page.evaluate(IN_EDITOR)


def test_f8_goes_to_the_line_that_the_last_run_speaks_of(page):
    page.goto(EXERCISE)
    write_code(page, "import flask\n\nraise KeyError(99)\n")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-live-result][data-pending=false]", timeout=30_000)
    page.wait_for_selector(".cm-lintRange-error")
    page.keyboard.press("Control+Home")

    page.keyboard.press("F8")

    assert page.locator(".cm-activeLine").inner_text() == "raise KeyError(99)"


def test_a_file_that_is_too_large_is_told_before_it_is_sent(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method in ("POST", "PUT") else None)
    page.goto(EXERCISE)
    write_code(page, "#" * 70_000)

    page.get_by_text("main.py is larger than 64 kB, which is the most that can be saved or submitted.").wait_for()
    page.locator("[data-submit]").click()
    page.get_by_text("Saved on this device only").wait_for()
    write_code(page, "# less")

    wait_for(lambda: page.locator("[data-submit-error]").inner_text() == "", "the end of the message")
    assert [url for url in sent if "submissions" in url] == []


def test_the_split_has_a_menu_and_moves_by_keyboard(page):
    page.goto(EXERCISE)
    bar = page.get_by_role("separator")

    def width():
        return page.locator("#task").bounding_box()["width"]

    usual = width()
    for name, compare in (("Wide task", float.__gt__), ("Wide editor", float.__lt__)):
        page.get_by_role("button", name="Editor and layout").click()
        page.get_by_role("button", name=name).click()
        assert compare(float(width()), float(usual)), name
    bar.focus()
    values = []
    for key in ("Home", "ArrowRight", "ArrowLeft", "End"):
        page.keyboard.press(key)
        values.append(bar.get_attribute("aria-valuenow"))
    bar.dblclick()

    assert values == ["20", "22", "20", "70"]
    assert bar.get_attribute("aria-valuenow") == "34"


def test_on_a_window_of_middle_width_the_results_fold_while_one_types(page):
    page.set_viewport_size({"width": 1024, "height": 800})
    page.goto(EXERCISE)
    write_code(page, WRONG)
    fold = page.locator("[data-results-fold]")
    folded = fold.get_attribute("aria-expanded"), page.locator("#results").bounding_box()["height"]

    page.keyboard.press("Control+Enter")
    wait_for_outcome(page, "fail")
    opened = fold.get_attribute("aria-expanded"), page.locator("#results").bounding_box()["height"]
    page.locator(".cm-content").click()
    page.keyboard.type("x")
    line = fold.inner_text()
    fold.click()

    assert folded[0] == "false"
    assert folded[1] < 60
    assert opened[0] == "true"
    assert opened[1] > 250
    assert line == "3 of 4 tests pass"
    assert page.locator(".result-headline").is_visible()


def test_on_a_phone_submit_stays_above_the_keyboard_and_leads_to_the_results(phone):
    phone.goto(EXERCISE)
    phone.get_by_role("tab", name="Code").click()
    write_code(phone, RIGHT)
    phone.set_viewport_size({"width": 390, "height": 480})  # what a screen keyboard leaves
    bar = phone.locator("[data-submit]").bounding_box()

    phone.locator("[data-submit]").click()
    wait_for(lambda: phone.evaluate("document.activeElement.id") == "results-title", "focus on the heading")
    wait_for_outcome(phone, "pass")

    assert bar["y"] + bar["height"] <= 480
    assert bar["height"] >= 44
    assert phone.get_by_role("tab", name="Results 4/4").get_attribute("aria-selected") == "true"


def test_the_symbols_row_types_for_a_phone(phone):
    phone.goto(EXERCISE)
    phone.get_by_role("tab", name="Code").click()
    write_code(phone, "")

    for symbol in ("[", ":", "#"):
        phone.get_by_role("button", name=symbol, exact=True).click()

    assert phone.locator("textarea[name='file:main.py']").input_value() == "[:#]"
    assert phone.evaluate(IN_EDITOR)
