"""Reading a lesson: contents list, copying, code, order, marking as done; with and without scripts."""

import pytest

from config.tests.browser.conftest import COURSE, LESSON
from config.tests.site import CONTENT, wait_for
from courses.course_files import parse_lesson

pytestmark = pytest.mark.browser

PUBLISHED = sum(not parse_lesson(path.read_text()).draft for path in (CONTENT / "lessons").glob("*.md"))


def test_lesson_is_complete_without_scripts(without_scripts):
    page = without_scripts
    page.goto(LESSON)

    assert page.locator("h1").inner_text() == "Sync and async: match the model to the workload"
    assert page.locator(".prose .codeblock").count() >= 3
    assert page.locator("[data-toc] a").count() >= 4
    assert page.locator("[data-outline] .outline-lessons > li > a").count() == PUBLISHED
    assert page.locator("[data-outline] .outline-practice a").count() == 2
    assert page.locator("[data-previous]").get_attribute("href") == f"{COURSE}selection-criteria/"
    assert page.locator("[data-next]").get_attribute("href") == "/exercises/check-sync-async/"
    assert page.locator("link[rel=next]").get_attribute("href") == f"{COURSE}typical-roles/"


def test_drafts_are_not_shown_to_learners(page, site):
    site.shell(
        "from courses.models import Module; from courses.publishing import save_lesson_draft\n"
        "from courses.structure import add_lesson\n"
        "lesson = add_lesson(module=Module.objects.first(), slug='unwritten')\n"
        "save_lesson_draft(lesson=lesson, title='Unwritten', summary='Later.', minutes=1, body_markdown='Later.')"
    )

    response = page.goto(f"{COURSE}unwritten/")
    page.goto(COURSE)

    assert response.status == 404
    assert page.locator("main a[href*='unwritten']").count() == 0
    assert page.locator(".syllabus-lesson[href*='gevent']").count() == 1


def test_copy_puts_the_code_on_the_clipboard_without_prompts(context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{COURSE}first-app-fastapi/")
    shell = page.locator(".codeblock", has_text="uvicorn").first

    shell.get_by_role("button", name="Copy").click()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert "$" in shell.inner_text()
    assert "$" not in copied
    assert "uvicorn" in copied
    page.get_by_role("status").filter(has_text="Copied").wait_for(state="attached")


def test_contents_list_marks_one_section_and_leads_below_the_bar(page):
    page.goto(LESSON)
    links = page.locator("[data-toc] a")

    for number in (2, links.count() - 1, 0):  # also the last one, which cannot come to the top
        link = links.nth(number)
        link.click()
        page.wait_for_timeout(1000)  # the scroll is smooth
        assert page.locator("[data-toc] a[aria-current]").count() == 1
        assert link.get_attribute("aria-current") == "true"
        assert page.locator(link.get_attribute("href")).bounding_box()["y"] >= 56

    page.mouse.wheel(0, 2500)
    wait_for(lambda: links.first.get_attribute("aria-current") is None, "another section being marked")
    assert page.locator("[data-toc] a[aria-current]").count() == 1


def test_address_of_a_section_marks_it(page):
    page.goto(LESSON)
    address = page.locator("[data-toc] a").nth(3).get_attribute("href")

    page.goto(LESSON + address)

    wait_for(lambda: page.locator("[data-toc] a[aria-current]").get_attribute("href") == address, "the mark")
    assert page.locator("[data-toc] a[aria-current]").count() == 1


def test_code_that_overflows_scrolls_by_keyboard(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(LESSON)
    block = page.locator(".prose [tabindex='0'][role=region]").first

    block.focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: page.evaluate("document.activeElement.scrollLeft > 0"), "scrolling")

    assert block.get_attribute("aria-label")


def test_highlighted_lines_differ_by_more_than_colour(page):
    page.goto(LESSON)

    shadow = page.locator(".hl .hll").first.evaluate("line => getComputedStyle(line).boxShadow")

    assert "3px 0px 0px" in shadow


@pytest.mark.parametrize("scripts", [True, False])
def test_lesson_is_marked_as_done_and_ticked_in_the_outline(page, without_scripts, scripts):
    page = page if scripts else without_scripts
    page.goto(LESSON)

    page.get_by_role("button", name="Mark as done").click()
    page.wait_for_url(f"**{LESSON}*")

    assert page.locator("[data-outline] .outline-lesson--done").count() == 1
    assert page.get_by_text(f"1 of {PUBLISHED}").first.is_visible()
    page.get_by_role("button", name="Mark as not done").click()
    page.wait_for_url(f"**{LESSON}*")
    assert page.locator("[data-outline] .outline-lesson--done").count() == 0


def test_fetching_a_lesson_ahead_marks_nothing(page, context):
    page.request.get(LESSON, headers={"Sec-Purpose": "prefetch"})

    page.goto(LESSON)

    assert page.locator("[data-outline] .outline-lesson--done").count() == 0
    assert "sessionid" not in {cookie["name"] for cookie in context.cookies()}


def test_next_is_the_next_step_that_is_not_finished(page):
    first, second = (f"{COURSE}{slug}/" for slug in ("who-this-is-for", "selection-criteria"))
    page.goto(first)
    before = page.locator("[data-next]").inner_text()
    page.goto(second)
    page.get_by_role("button", name="Mark as done").click()
    page.wait_for_url(f"**{second}*")

    page.goto(first)

    assert "Four criteria for choosing a framework" in before
    assert "Practice: Check: the four criteria" in page.locator("[data-next]").inner_text()
    page.keyboard.press("]")
    page.wait_for_url("**/exercises/check-criteria/")


def test_listings_keep_to_the_column_on_paper(page):
    page.set_viewport_size({"width": 720, "height": 900})
    page.goto(LESSON)
    page.emulate_media(media="print")

    text, listing = page.locator(".prose > p").first, page.locator(".prose > .codeblock").first
    assert listing.bounding_box()["x"] == text.bounding_box()["x"]
    assert listing.evaluate("one => getComputedStyle(one).borderLeftWidth") == "1px"


def test_print_hides_everything_but_the_text(page):
    page.goto(LESSON)
    page.emulate_media(media="print")

    hidden = page.evaluate(
        """() => [".bar", "[data-outline]", "[data-toc]", ".pager"].filter(
            selector => getComputedStyle(document.querySelector(selector)).display !== "none")"""
    )

    assert hidden == []
    assert page.locator(".hl pre").first.evaluate("pre => getComputedStyle(pre).whiteSpace") == "pre-wrap"
