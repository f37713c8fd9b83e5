"""Publishing, the history and the order of things, in Chromium: what staff do, and what learners and outsiders see."""

import pytest
from playwright.sync_api import expect

from config.tests.browser.conftest import STAFF_PASSWORD, axe_violations

pytestmark = pytest.mark.browser

LESSONS = "/admin/courses/lesson/"


def sign_in(page, name):
    page.goto("/admin/")
    page.get_by_label("Email address or user name").fill(name)
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture
def staff(page):
    return sign_in(page, "staff")


@pytest.fixture
def outsider(browser, base_url):
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def own_course(site):
    """A course of this file's own, so that no other test sees what happens to it: its slug."""
    site.shell(
        "from courses.models import Course, Module, Lesson\n"
        "from courses import publishing, structure\n"
        "Lesson.objects.filter(course__slug='ponds').update(draft=None, published=None, published_at=None)\n"
        "Course.objects.filter(title='Ponds').delete()\n"
        "course = structure.save_course(course=Course(slug='ponds', title='Ponds', summary='Of ponds.'))\n"
        "for slug in ('water', 'life'):\n"
        "    module = structure.save_module(module=Module(course=course, slug=slug, title=slug.title()))\n"
        "    for name in ('one', 'two', 'three'):\n"
        "        lesson = structure.add_lesson(module=module, slug=f'{slug}-{name}')\n"
        "        text = '\\n'.join(f'## Part {n}\\n\\n' + f'Words of part {n} about {slug}. ' * 120 + '\\n' "
        "for n in range(1, 6))\n"
        "        publishing.save_lesson_draft(lesson=lesson, title=f'{slug.title()} {name}', summary='S.', minutes=5, "
        "body_markdown=text)\n"
        "        publishing.publish_lesson(lesson=lesson)\n"
        "publishing.publish_course(course=course)\n"
    )
    return "/courses/ponds/"


def open_lesson(staff, title: str) -> None:
    staff.goto(f"{LESSONS}?q={title.lower().replace(' ', '-')}")
    staff.get_by_role("link", name=title, exact=True).click()
    staff.get_by_label("Title").wait_for()


def rows(page) -> list[str]:
    return page.locator("#result_list tbody th a").all_inner_texts()


def test_restoring_an_old_version_makes_a_draft_and_leaves_the_page(staff, outsider, own_course):
    address = f"{own_course}water-one/"
    open_lesson(staff, "Water one")
    staff.get_by_label("Title").fill("Water won")
    staff.get_by_label("Note").fill("A pun")
    staff.get_by_role("button", name="Save and publish").click()
    staff.locator(".messagelist .success").wait_for()
    staff.goto(f"{LESSONS}?q=water-one")
    staff.get_by_role("link", name="Water won", exact=True).click()
    staff.get_by_role("link", name="Versions").click()
    staff.get_by_role("link", name="What version 2 changed").click()
    staff.locator(".diff-line--added").first.wait_for()
    removed, added = (staff.locator(f".diff-line--{kind} mark").all_inner_texts() for kind in ("removed", "added"))
    violations = axe_violations(staff)
    outsider.goto(address)
    before = outsider.locator("h1").inner_text()

    staff.get_by_role("button", name="Restore version 1 as the draft").click()
    staff.locator(".messagelist .success").wait_for()
    outsider.reload()

    assert (removed, added) == (["one"], ["won"])
    assert staff.get_by_label("Title").input_value() == "Water one"
    assert (before, outsider.locator("h1").inner_text()) == ("Water won", "Water won")
    assert violations == []


def test_order_changes_by_keyboard_and_is_said(staff, own_course):
    staff.goto(f"{LESSONS}?q=water")
    before = rows(staff)
    staff.get_by_role("button", name="Move Water two up").focus()

    staff.keyboard.press("Enter")
    staff.locator(".order-status:not(:empty)").wait_for()
    said, focused = staff.locator(".order-status").inner_text(), staff.evaluate("document.activeElement.ariaLabel")
    after = rows(staff)
    staff.reload()

    assert before == ["Water one", "Water two", "Water three"]
    assert after == rows(staff) == ["Water two", "Water one", "Water three"]
    assert said == "Water two was moved. It is now 1 of 3 in Water."
    assert focused == "Move Water two up"


def test_order_changes_by_drag_within_and_across_modules(staff, own_course):
    staff.goto(LESSONS)
    listed = [title for title in rows(staff) if title.startswith(("Water", "Life"))]

    def drag(moved: str, onto: str, *, below: bool) -> None:
        def handle(title):
            row = staff.locator("#result_list tbody tr").filter(has=staff.get_by_role("link", name=title, exact=True))
            return row.locator(".order-handle")

        handle(moved).scroll_into_view_if_needed()
        start, end = handle(moved).bounding_box(), handle(onto).bounding_box()
        assert start is not None
        assert end is not None
        staff.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        staff.mouse.down()
        staff.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] * (0.9 if below else 0.1), steps=8)
        staff.locator(".order-status").evaluate("region => { region.textContent = '' }")
        staff.mouse.up()
        staff.locator(".order-status:not(:empty)").wait_for()

    drag("Water three", "Water one", below=False)
    first = staff.locator(".order-status").inner_text()
    drag("Water one", "Life two", below=False)
    second = staff.locator(".order-status").inner_text()
    staff.reload()

    assert listed == ["Water one", "Water two", "Water three", "Life one", "Life two", "Life three"]
    assert [title for title in rows(staff) if title.startswith(("Water", "Life"))] == [
        "Water three", "Water two", "Life one", "Water one", "Life two", "Life three",
    ]  # fmt: skip
    assert (first, second) == (
        "Water three was moved. It is now 1 of 3 in Water.", "Water one was moved. It is now 2 of 4 in Life.",
    )  # fmt: skip


def test_order_changes_without_scripts(without_scripts, own_course):
    page = without_scripts
    page.goto("/admin/")
    page.get_by_label("Email address or user name").fill("staff")
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{LESSONS}?q=life")
    page.get_by_role("link", name="Move Life one to another place").click()
    page.get_by_label("Move it").select_option(label="before Water two")
    page.get_by_role("button", name="Move", exact=True).click()

    assert page.locator(".messagelist .success").inner_text() == "Life one was moved. It is now 2 of 4 in Water."


@pytest.mark.parametrize("model", ["courses/course", "courses/module", "courses/lesson", "exercises/exercise"])
def test_a_list_shows_its_last_column_without_being_scrolled(staff, own_course, model):
    staff.goto(f"/admin/{model}/")
    buttons = staff.locator(".order-buttons").first

    assert staff.locator("#changelist .results").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert buttons.get_by_role("link", name="to another place").bounding_box()["height"] >= 32


def test_a_preview_link_shows_the_draft_to_an_outsider_until_it_is_withdrawn(staff, outsider, own_course):
    open_lesson(staff, "Life two")
    staff.get_by_label("Title").fill("Life too")
    staff.get_by_role("button", name="Save and continue editing").click()
    staff.locator(".messagelist .success").wait_for()
    staff.get_by_role("link", name="Publishing").click()
    staff.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staff.get_by_role("button", name="Copy preview link (valid 7 days)").click()
    staff.get_by_text("The link is copied.").wait_for()
    link = staff.evaluate("navigator.clipboard.readText()")
    violations = axe_violations(staff)
    buttons = staff.locator(".publishing .publishing-line").locator("button, input").all()
    first_of_lines = {button.bounding_box()["x"] for button in (buttons[0], buttons[-1])}

    seen = outsider.goto(link)
    title, banner = outsider.locator("h1").inner_text(), outsider.locator(".banner").inner_text()
    cookies = {cookie["name"] for cookie in outsider.context.cookies()}
    staff.get_by_role("button", name="Withdraw all links given out").click()
    staff.locator(".messagelist .success").wait_for()
    over = outsider.reload()

    assert (seen.status, title, over.status) == (200, "Life too", 410)
    assert "preview of a draft" in banner
    assert "sessionid" not in cookies
    assert outsider.locator("h1").inner_text() == "This preview is over"
    assert violations == []
    assert len(first_of_lines) == 1  # they begin below each other


def test_an_old_address_leads_to_the_page_and_an_old_fragment_to_its_heading(staff, outsider, own_course):
    open_lesson(staff, "Life three")
    staff.get_by_label("Slug").fill("life-3")
    text = staff.locator("[name=body_markdown]")
    body = text.input_value().replace("## Part 4", "## The fourth of them")
    text.evaluate("(field, body) => { field.value = body }", body)
    staff.get_by_role("button", name="Save and publish").click()
    staff.locator(".messagelist .success").wait_for()

    outsider.goto(f"{own_course}life-three/#part-4")
    heading = outsider.get_by_role("heading", name="The fourth of them")
    expect(heading).to_be_in_viewport()
    assert outsider.url.endswith(f"{own_course}life-3/#part-4")
    top = heading.bounding_box()["y"]
    bar = outsider.evaluate("parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop)")
    assert 0 <= top - bar < 40
    assert outsider.locator(".toc a[href='#the-fourth-of-them']").count() == 1
    assert outsider.locator("a.anchor[href='#the-fourth-of-them']").count() == 1
    assert outsider.locator("a[href='#part-4']").count() == 0


def test_staff_run_and_submit_a_draft_and_learners_see_nothing_of_it(page, outsider, site):
    # Who has handed in nothing: other tests may have, as "staff".
    site.shell(
        "from django.contrib.auth.models import User\n"
        f"User.objects.create_superuser('pat', 'pat@example.org', '{STAFF_PASSWORD}')"
    )
    staff = sign_in(page, "pat")
    address = "/exercises/hello-flask/"
    staff.goto("/admin/exercises/exercise/?q=hello-flask")
    staff.locator("#result_list tbody th a").first.click()
    title = staff.get_by_label("Title")
    old = title.input_value()
    title.fill(f"{old}, newer")
    staff.get_by_role("button", name="Save and continue editing").click()
    staff.locator(".messagelist .success").wait_for()
    staff.goto(staff.get_by_role("link", name="View as learner").get_attribute("href"))
    staff.locator("[data-exercise-run]").click()
    staff.wait_for_selector("[data-run-place] [data-pending=false]", timeout=30_000)
    staff.get_by_role("button", name="Submit", exact=True).click()
    staff.wait_for_selector("[data-live-result][data-pending=false]", timeout=30_000)
    tried = staff.locator("h1").inner_text()
    staff.goto(address)
    results = staff.locator("#results").inner_text()
    outsider.goto(address)

    assert (tried, outsider.locator("h1").inner_text()) == (f"{old}, newer", old)
    assert "not run yet" in results  # of the published version nothing was handed in
