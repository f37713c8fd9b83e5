"""Staff write in the admin: the preview, the problems while typing, unsaved text, pictures, and two people at once."""

import base64
import json
import re
import time
import tomllib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from config.tests.browser.conftest import AXE_TAGS, OF_COLOURS, STAFF_PASSWORD, axe_violations
from config.tests.browser.test_every_page import DARK, UNFOLD
from config.tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# A course of its own: what is broken here is in nobody's way. Prints {name: primary key}.
ROWS = """
import json
from django.contrib.auth.models import User
from courses.tests.builders import make_course, make_lesson, make_module
from exercises.models import Exercise
from exercises.tests.content import content
from exercises.versions import save_exercise_draft
course = make_course('writing', title='Writing')
module = make_module(course)
rows = {name: make_lesson(module, name, title='Lesson ' + name).pk for name in (
    'typed', 'broken', 'pasted', 'kept', 'saved', 'shared', 'plain', 'seen', 'entered', 'left', 'offline', 'steady')}
exercise, grown = (Exercise.objects.create(lesson=course.lessons.first(), slug=slug) for slug in ('written', 'grown'))
for one in (exercise, grown):
    save_exercise_draft(exercise=one, content=content(hints=['Think.']))
User.objects.create_superuser('ben', 'ben@example.org', %r, first_name='Ben')
print(json.dumps(rows | {'exercise': exercise.pk, 'grown': grown.pk}))
"""
WITHIN = 1.0  # seconds, of the preview
TRIES = 5  # on a busy machine: the best of them counts


@pytest.fixture(scope="module")
def rows(site: Site) -> dict[str, int]:
    made: dict[str, int] = json.loads(site.shell(ROWS % STAFF_PASSWORD))
    return made


def sign_in(page: Page, name: str = "staff") -> Page:
    page.goto("/admin/")
    page.get_by_label("Email address or user name").fill(name)
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture(scope="module")
def signed_in(browser: Browser, base_url: str, rows: dict[str, int]) -> dict[str, list]:
    """The cookies of both editors: each test has a window of its own."""
    found = {}
    for name in ("staff", "ben"):
        context = browser.new_context(base_url=base_url)
        sign_in(context.new_page(), name)
        found[name] = context.cookies()
        context.close()
    return found


@pytest.fixture
def staff(page: Page, signed_in: dict[str, list]) -> Page:
    page.context.add_cookies(signed_in["staff"])
    return page


@pytest.fixture
def ben(browser: Browser, base_url: str, signed_in: dict[str, list]) -> Iterator[Page]:
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900})
    context.add_cookies(signed_in["ben"])
    yield context.new_page()
    context.close()


def open_lesson(page: Page, pk: int) -> Page:
    page.goto(f"/admin/courses/lesson/{pk}/change/")
    return page


def text_of(page: Page):
    """The editor over the text of a lesson."""
    editor = page.get_by_role("textbox", name="Editor, Text")
    editor.wait_for()
    return editor


def type_text(page: Page, text: str) -> None:
    """Type over what the editor holds, without the indents that it would add."""
    text_of(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def preview(page: Page):
    return page.frame_locator("[data-frame]")


@pytest.mark.alone
def test_preview_shows_what_is_typed_within_a_second(staff, rows, watched):
    open_lesson(staff, rows["typed"])
    expect(preview(staff).locator("h1")).to_have_text("Lesson typed", timeout=30_000)
    type_text(staff, "## First\n\n" + "A paragraph.\n\n" * 60)
    expect(preview(staff).locator("h2[id=first]")).to_be_visible()
    preview(staff).locator("html").evaluate("html => html.scrollTo(0, 400)")

    times = []
    while len(times) < TRIES and min(times, default=WITHIN + 1) > WITHIN:
        staff.keyboard.insert_text(f"Try {len(times)}.")
        start = time.monotonic()
        expect(preview(staff).get_by_text(f"Try {len(times)}.")).to_be_attached(timeout=10_000)
        times.append(time.monotonic() - start)

    assert min(times) <= WITHIN
    assert preview(staff).locator("html").evaluate("html => html.scrollTop") == 400
    sheet = preview(staff).locator("link[rel=stylesheet]").first.get_attribute("href")
    staff.get_by_text("Dark", exact=True).click()
    assert preview(staff).locator("html").get_attribute("data-theme") == "dark"
    staff.get_by_text("Phone", exact=True).click()
    assert preview(staff).locator("html").evaluate("html => html.clientWidth") == 390
    # It is the page itself, with its own style sheet.
    staff.goto("/courses/writing/typed/")
    assert staff.locator("link[rel=stylesheet]").first.get_attribute("href") == sheet
    assert (watched.foreign_requests, watched.console_errors) == ([], [])


def test_problems_are_named_with_their_line_and_block_publish_but_not_save(staff, rows):
    open_lesson(staff, rows["broken"])
    type_text(staff, "Text.\n\n!!! danger\n    No.\n\n![](/static/img/favicon.svg)\n")

    listed = staff.locator("[data-problems] li")
    expect(listed).to_have_count(2)
    assert listed.first.inner_text().startswith('Text, line 3: Unknown callout "danger"')
    assert listed.last.inner_text().startswith("Text, line 6: The image has no text")
    expect(staff.locator(".cm-lint-marker-error")).to_have_count(2)
    listed.last.get_by_role("button").click()
    expect(text_of(staff)).to_be_focused()
    expect(staff.locator(".cm-activeLine")).to_contain_text("![]")

    staff.get_by_role("button", name="Save and publish").click()
    staff.locator(".messagelist .error").wait_for()
    assert "was not published" in staff.locator(".messagelist").inner_text()
    # Saved it is.
    expect(staff.locator("#lesson_form")).to_contain_text("version 2")
    expect(staff.locator(".errornote li")).to_have_count(2)
    staff.goto("/courses/writing/broken/")
    assert "Because." in staff.locator(".prose").inner_text()

    open_lesson(staff, rows["broken"])
    type_text(staff, "Mended.\n")
    expect(staff.locator("[data-problems-line]")).to_have_text("No problems found.")
    staff.get_by_role("button", name="Save and publish").click()
    staff.locator(".messagelist .success").wait_for()


def paste_picture(page: Page, colour: str) -> None:
    drawn = BytesIO()
    Image.new("RGB", (12, 8), colour).save(drawn, "PNG")
    text_of(page).evaluate(
        """(content, data) => {
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0))
            const clipboardData = new DataTransfer()
            clipboardData.items.add(new File([bytes], "chart.png", {type: "image/png"}))
            content.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))
        }""",
        base64.b64encode(drawn.getvalue()).decode(),
    )


def test_pasted_picture_is_stored_and_waits_for_its_words(staff, rows, watched):
    open_lesson(staff, rows["pasted"])
    type_text(staff, "Look:\n\n")

    paste_picture(staff, "teal")

    expect(staff.locator("[data-problems] li")).to_contain_text("Text, line 3: The image has no text")
    staff.keyboard.type("A chart")  # the caret stands between the brackets
    expect(staff.locator("[data-problems] li")).to_have_count(0)
    image = preview(staff).get_by_role("img", name="A chart")
    expect(image).to_have_attribute("src", re.compile(r"^/courses/writing/images/[0-9a-f]{16}\.webp\?v="))
    assert image.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [12, 8]

    paste_picture(staff, "navy")  # the caret stands in the words of the first one still

    expect(staff.locator("[data-problems] li")).to_contain_text("Text, line 5: The image has no text")
    staff.keyboard.type("Another chart")
    expect(staff.locator("[data-problems] li")).to_have_count(0)
    written = staff.locator("[name=body_markdown]").input_value()
    assert re.fullmatch(
        r"Look:\n\n!\[A chart\]\(images/\w+\.webp\)\n\n!\[Another chart\]\(images/\w+\.webp\)\s*", written
    )
    assert watched.console_errors == []


def test_unsaved_text_is_kept_and_offered_on_return(staff, rows):
    open_lesson(staff, rows["kept"])
    type_text(staff, "The work of an hour.\n")
    expect(staff.locator("[data-kept-line]")).to_contain_text("Unsaved changes kept at", timeout=10_000)
    staff.close()

    page = open_lesson(staff.context.new_page(), rows["kept"])
    expect(page.locator("[data-unsaved]")).to_contain_text("You have unsaved changes from")
    page.get_by_role("link", name="Restore").click()
    expect(text_of(page)).to_contain_text("The work of an hour.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.locator(".messagelist .success").wait_for()

    open_lesson(page, rows["kept"])
    expect(text_of(page)).to_contain_text("The work of an hour.")
    assert page.locator("[data-unsaved]").count() == 0


def test_what_is_typed_after_the_session_has_ended_stays_and_is_saved_after_a_sign_in(page, rows, watched):
    sign_in(page)
    open_lesson(page, rows["left"])
    expect(page.locator("[data-problems-line]")).to_have_text("No problems found.")
    page.context.clear_cookies(name="sessionid")
    kept, problems = page.locator("[data-kept-line]"), page.locator("[data-problems-line]")

    type_text(page, "The work of an hour.\n")
    expect(kept).to_have_text(re.compile("^You are signed out: your changes are in this window only."), timeout=10_000)
    assert kept.get_attribute("role") == "status"
    assert problems.inner_text().startswith("What you typed last could not be looked through.")
    for save in (lambda: page.keyboard.press("Control+s"), page.get_by_role("button", name="Save", exact=True).click):
        with page.expect_response("**/copy/"):
            save()
        expect(kept).to_have_text(re.compile("^You are signed out"))
        expect(text_of(page)).to_contain_text("The work of an hour.")
    assert watched.console_errors == []

    other = page.context.new_page()
    sign_in(other)
    other.close()
    page.get_by_role("button", name="Save and continue editing").click()
    page.locator(".messagelist .success").wait_for()
    expect(text_of(page)).to_contain_text("The work of an hour.")
    assert page.locator("[data-unsaved]").count() == 0


def test_nothing_is_left_by_mistake_while_the_server_cannot_be_reached(staff, rows):
    open_lesson(staff, rows["offline"])
    text_of(staff)
    kept = staff.locator("[data-kept-line]")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    staff.on("dialog", stay)
    staff.context.set_offline(True)
    type_text(staff, "Typed on a train.\n")
    staff.keyboard.press("Control+s")
    expect(kept).to_have_text(re.compile("^The server cannot be reached. Your changes are in this window only"))
    assert asked == []

    staff.close(run_before_unload=True)
    staff.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(text_of(staff)).to_contain_text("Typed on a train.")

    staff.context.set_offline(False)
    staff.keyboard.press("Control+s")
    staff.locator(".messagelist .success").wait_for()
    expect(text_of(staff)).to_contain_text("Typed on a train.")
    assert asked == ["beforeunload"]  # saving asks nothing


def test_who_types_without_a_pause_is_kept_as_well(staff, rows):
    staff.clock.install()
    open_lesson(staff, rows["steady"])
    expect(staff.locator("[data-problems-line]")).to_have_text("No problems found.")
    staff.clock.pause_at(staff.evaluate("Date.now()") / 1000 + 1)
    title, sent = staff.get_by_label("Title"), []
    staff.on("request", lambda request: request.url.endswith("/copy/") and sent.append(request.post_data))

    for _ in range(10):
        assert [form for form in sent if "_number" in form] == []  # others only say that the form is open
        title.press("x")
        staff.clock.run_for(1000)  # ms, of which two in a row would be a pause

    expect(staff.locator("[data-kept-line]")).to_contain_text("Unsaved changes kept at")
    assert len([form for form in sent if "_number" in form]) == 1


def test_ctrl_s_saves_and_stays_where_one_was(staff, rows):
    open_lesson(staff, rows["saved"])
    type_text(staff, "One.\n\nTwo.\n")
    staff.keyboard.press("ArrowUp")
    staff.keyboard.press("End")

    staff.keyboard.press("Control+s")
    staff.locator(".messagelist .success").wait_for()

    assert staff.url.endswith(f"/{rows['saved']}/change/")
    expect(staff.locator("#lesson_form")).to_contain_text("version 2")
    expect(text_of(staff)).to_be_focused()
    staff.keyboard.insert_text(" And more.")
    expect(text_of(staff)).to_contain_text("Two. And more.")


def test_two_editors_are_told_and_neither_overwrites_the_other(staff, ben, rows):
    open_lesson(ben, rows["shared"])
    open_lesson(staff, rows["shared"])
    expect(staff.locator("[data-others]")).to_contain_text("Ben has been editing since")

    type_text(ben, "By Ben.\n")
    ben.keyboard.press("Control+s")
    ben.locator(".messagelist .success").wait_for()
    type_text(staff, "By staff.\n")
    staff.keyboard.press("Control+s")

    expect(staff.locator(".errorlist.nonfield")).to_contain_text("Version 2 was saved by ben while you were editing")
    expect(text_of(staff)).to_contain_text("By staff.")
    expect(staff.locator(".editing-notices")).to_contain_text("Nothing is lost")
    open_lesson(ben, rows["shared"])
    expect(text_of(ben)).to_contain_text("By Ben.")
    expect(ben.locator("[data-others]")).to_contain_text("staff has")


def test_enter_in_a_field_saves(staff, rows):
    open_lesson(staff, rows["entered"])
    staff.get_by_label("Title").fill("Entered")
    staff.get_by_label("Title").press("Enter")

    staff.locator(".messagelist .success").wait_for()
    assert "was changed successfully" in staff.locator(".messagelist").inner_text()


def test_a_slash_at_the_start_of_a_line_offers_the_blocks(staff, rows, watched):
    open_lesson(staff, rows["entered"])
    type_text(staff, "## Ready\n\n1/2 and\n\n")
    menu = staff.get_by_role("listbox")

    staff.keyboard.type("/war")
    expect(menu.get_by_role("option")).to_have_text(["/warningWarning"])
    assert axe_violations(staff, tags=AXE_TAGS) == []
    staff.keyboard.press("Enter")
    staff.keyboard.type("Careful")
    staff.keyboard.press("Tab")
    staff.keyboard.type("Mind the gap.")
    staff.keyboard.press("Control+End")
    staff.keyboard.type("\n/")
    expect(menu.get_by_role("option")).to_have_count(14)
    staff.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    staff.keyboard.type(" is nothing else, as in 1/2")
    expect(menu).to_be_hidden()

    written = staff.locator("#id_body_markdown").input_value()
    assert '!!! warning "Careful"\n    Mind the gap.\n' in written
    assert written.rstrip().endswith("/ is nothing else, as in 1/2")


def test_a_slash_in_empty_cases_offers_a_beginning_for_the_kind(staff, rows, watched):
    staff.goto("/admin/exercises/exercise/add/")
    staff.locator("[name=kind]").select_option("choice")
    staff.get_by_role("textbox", name="Editor, Cases").click()

    staff.keyboard.type("/")
    expect(staff.get_by_role("listbox").get_by_role("option")).to_have_text(["/choiceQuestions"])
    assert axe_violations(staff, tags=AXE_TAGS) == []
    staff.keyboard.press("Enter")

    expect(staff.locator("[data-problems] li").filter(has_text="Cases")).to_have_count(0)
    assert tomllib.loads(staff.locator("[name=cases_toml]").input_value())["question"][0]["name"] == "first-question"
    assert watched.console_errors == []


def test_escape_then_tab_leaves_the_editor_and_tab_indents(staff, rows):
    open_lesson(staff, rows["seen"])
    type_text(staff, "x")
    staff.keyboard.press("Tab")
    expect(text_of(staff)).to_be_focused()

    staff.keyboard.press("Escape")
    staff.keyboard.press("Tab")
    expect(staff.get_by_role("link", name="the guide", exact=True)).to_be_focused()  # in the help below the editor
    staff.keyboard.press("Tab")

    expect(staff.get_by_label("Note")).to_be_focused()


def test_exercise_has_its_page_and_the_line_of_bad_cases(staff, rows):
    staff.goto(f"/admin/exercises/exercise/{rows['exercise']}/change/")
    preview(staff).locator("h1").wait_for()
    cases = staff.get_by_role("textbox", name="Editor, Cases")
    cases.click()
    staff.keyboard.press("Control+End")
    staff.keyboard.insert_text("\n[[case]]\ncolour = 3\n")

    problem = staff.locator("[data-problems] li").filter(has_text="colour")
    expect(problem).to_have_count(1)
    assert re.match(r"Cases, line \d+: ", problem.inner_text())

    staff.get_by_role("button", name="Save and continue editing").click()
    staff.locator(".messagelist .success").wait_for()
    expect(staff.locator(".errornote li").filter(has_text="colour")).to_have_count(1)
    expect(staff.locator("main")).to_contain_text("version 2")


def test_several_hints_and_files_are_added_at_once(staff, rows, watched):
    page = f"/admin/exercises/exercise/{rows['grown']}/change/"
    staff.goto(page)
    staff.locator(".cm-editor").first.wait_for()

    def rows_of(field: str):
        return staff.locator(f"[data-rows={field}]")

    for field in ("starter", "solution"):
        add = rows_of(field).get_by_role("button", name="Add another file")
        add.focus()
        for number in (3, 4):  # one has a row that is empty, and stays so
            staff.keyboard.press("Enter")
            expect(rows_of(field).get_by_label(f"File {number}", exact=True)).to_be_focused()
            staff.keyboard.insert_text(f"part{number}.py")
            text = rows_of(field).get_by_role("textbox", name=f"Editor, Text of file {number}")
            text.click()
            staff.keyboard.insert_text(f"X = {number}")
            add.focus()
    rows_of("hints").evaluate("list => { list.dataset.most = 4 }")
    add = rows_of("hints").get_by_role("button", name="Add another text")
    for number in (3, 4):
        add.click()
        expect(rows_of("hints").get_by_role("textbox", name=f"Editor, Text {number}")).to_be_focused()
        staff.keyboard.insert_text(f"Hint {number}.")
    expect(add).to_be_disabled()
    expect(rows_of("hints").get_by_role("status")).to_have_text("4 is the most that there can be.")
    light = axe_violations(staff, tags=[tag for tag in AXE_TAGS if tag != "best-practice"])
    staff.get_by_role("button", name="Save and continue editing").click()
    staff.locator(".messagelist .success").wait_for()

    def values(field: str) -> list[str]:
        return [box.input_value() for box in rows_of(field).locator("input[type=text]").all()]

    assert light == []
    assert values("starter") == values("solution") == ["main.py", "part3.py", "part4.py", ""]
    texts = [staff.locator(f"[name=starter-{index}-text]").input_value() for index in (1, 2)]
    hints = [staff.locator(f"[name=hints-{index}]").input_value() for index in range(4)]
    assert (texts, hints) == (["X = 3", "X = 4"], ["Think.", "Hint 3.", "Hint 4.", ""])
    assert watched.console_errors == []


@pytest.mark.parametrize("form", ["courses/course", "courses/module", "courses/lesson", "exercises/exercise"])
def test_a_slug_follows_its_title_before_anybody_clicks_into_it(staff, form):
    staff.goto(f"/admin/{form}/add/")
    title, slug = staff.get_by_label("Title", exact=False).first, staff.locator("#id_slug")

    title.fill("Pasted title")  # as a browser fills in, or a mouse pastes: no key is let go

    expect(slug).to_have_value("pasted-title")
    slug.fill("my-own")
    title.fill("Another title")
    title.blur()
    expect(slug).to_have_value("my-own")


def test_without_scripts_there_are_preview_pictures_and_unsaved_text(without_scripts, signed_in, rows, tmp_path):
    page = without_scripts
    page.context.add_cookies(signed_in["staff"])
    drawn = tmp_path / "chart.png"
    Image.new("RGB", (12, 8), "teal").save(drawn)
    open_lesson(page, rows["plain"])
    page.get_by_label("Text").fill("Typed without a script.\n")

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview in a new tab").click()
    expect(opened.value.locator(".prose")).to_contain_text("Typed without a script.")
    opened.value.close()
    page.locator("[name=_image]").set_input_files(drawn)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Text")).to_have_value(
        re.compile(r"^Typed without a script\.\s+!\[\]\(images/\w+\.webp\)")
    )
    open_lesson(page, rows["plain"])
    assert "You have unsaved changes" in page.locator("[data-unsaved]").inner_text()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".messagelist")).to_contain_text("Your unsaved changes are gone.")
    expect(page.get_by_label("Text")).to_have_value(re.compile("Because"))


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("form", ["courses/lesson", "exercises/exercise"])
def test_forms_are_accessible_in_both_themes(staff, rows, form, width):
    staff.set_viewport_size({"width": width, "height": 844})
    staff.emulate_media(reduced_motion="reduce")
    staff.goto(f"/admin/{form}/{rows['seen' if form == 'courses/lesson' else 'exercise']}/change/")
    preview(staff).locator("h1").wait_for()
    staff.locator(".cm-content").first.click()
    staff.keyboard.press("Control+Home")
    staff.keyboard.insert_text("!!! danger\n    x\n")
    staff.locator("[data-problems] li").first.wait_for()

    light = axe_violations(staff, tags=[tag for tag in AXE_TAGS if tag != "best-practice"])
    staff.evaluate(UNFOLD)  # no colour is on its way to another
    staff.evaluate(DARK)
    dark = axe_violations(staff, only=OF_COLOURS)

    assert (light, dark) == ([], [])
    assert staff.locator(".editing").evaluate("one => one.scrollWidth <= one.clientWidth + 1")
