"""What a listing in a lesson can do besides being run: numbers, hidden lines, notes, wrapping; and what is folded."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from config.tests.browser.conftest import COURSE, axe_violations

pytestmark = pytest.mark.browser

FORMS = "/courses/forms/listings/"
IMPORTS = ["import os", "import sys"]
SHOWN = ["", "value = os.environ.get('A_VERY_LONG_NAME_OF_A_VARIABLE', sys.argv)", "print(value)"]
TEXT = f"""## Listing

```python fragment title="main.py" linenums="7" hide="1-2" hl_lines="4"
{IMPORTS[0]}
{IMPORTS[1]}
{SHOWN[0]}
{SHOWN[1]}  # (1)!
{SHOWN[2]}
```

1. A variable of the *environment*.

??? tip "Answer"
    The answer.

??? deeper
    The depth.

!!! warning
    Hot.
"""


@pytest.fixture(scope="module")
def forms(site):
    """A lesson with every form of a listing, in a course of its own."""
    site.shell(
        "from courses.tests.builders import make_course, make_lesson, make_module\n"
        "from courses.models import Course\n"
        "if not Course.objects.filter(slug='forms').exists():\n"
        "    module = make_module(make_course('forms'), 'forms')\n"
        f"    make_lesson(module, 'listings', body_markdown={TEXT!r})"
    )
    return FORMS


def test_hidden_lines_are_shown_when_asked_for_and_copied_in_any_case(context, forms):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(forms)
    button = page.get_by_role("button", name="Show imports")

    before = page.locator(".folded").is_visible(), button.get_attribute("aria-expanded")
    page.get_by_role("button", name="Copy main.py").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    button.focus()
    page.keyboard.press("Enter")
    after = (
        page.locator(".folded").is_visible(),
        page.get_by_role("button", name="Hide imports").get_attribute("aria-expanded"),
    )

    assert (before, after) == ((False, "false"), (True, "true"))
    assert copied.split("\n") == [*IMPORTS, *SHOWN, ""]


def test_line_numbers_are_seen_and_not_selected(page, forms):
    page.goto(forms)

    numbers = page.locator(".lineno").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line, '::before').content.split(' ')[0])"
    )
    page.get_by_role("button", name="Show imports").click()
    selected = page.evaluate(
        """() => {
            getSelection().selectAllChildren(document.querySelector(".hl code"))
            return getSelection().toString()
        }"""
    )

    assert numbers == [f'"{number}"' for number in range(7, 12)]
    assert selected.split() == " ".join([*IMPORTS, *SHOWN]).split()


def test_note_of_a_listing_opens_by_keyboard_and_gives_the_focus_back(page, forms):
    page.goto(forms)
    mark = page.get_by_role("button", name="Note 1")

    mark.focus()
    page.keyboard.press("Enter")
    opened = page.locator(".mark-note").is_visible(), page.locator(".mark-note").inner_text()
    page.keyboard.press("Escape")

    assert opened == (True, "A variable of the environment.")
    assert page.locator(".mark-note").is_hidden()
    assert page.evaluate("document.activeElement.className") == "mark"


def test_notes_open_and_lines_are_there_without_scripts(without_scripts, forms):
    page = without_scripts
    page.goto(forms)

    assert page.locator(".folded").is_visible()
    page.locator(".mark").click()
    assert page.locator(".mark-note").is_visible()
    page.get_by_text("Answer", exact=True).click()
    assert page.get_by_text("The answer.").is_visible()


def test_everything_is_open_on_paper(page, forms):
    page.goto(forms)
    page.emulate_media(media="print")

    assert page.locator(".folded").is_visible()
    note = page.locator(".mark-note")
    numbers = "note => [note, note.firstElementChild].map((part) => getComputedStyle(part, '::before').content)"
    assert note.is_visible()
    assert note.evaluate(numbers) == ['counter(note) "."', "none"]
    assert page.get_by_text("The answer.").is_visible()
    assert page.get_by_text("The depth.").is_visible()
    assert forms in page.locator(".footer-printed").inner_text()


def test_lines_of_a_listing_can_be_wrapped_on_a_phone(phone, forms):
    phone.goto(forms)
    code = phone.locator(".hl pre")
    button = phone.get_by_role("button", name="Wrap lines")

    button.click()

    assert button.get_attribute("aria-pressed") == "true"
    assert code.evaluate("pre => pre.scrollWidth <= pre.clientWidth + 1")
    button.click()
    assert code.evaluate("pre => pre.scrollWidth > pre.clientWidth + 1")


def test_what_goes_deeper_is_open_once_the_lesson_is_done(page, forms):
    page.goto(forms)
    before = page.get_by_text("The depth.").is_visible()

    page.get_by_role("button", name="Mark as done").click()
    page.wait_for_url(f"**{forms}*")

    assert (before, page.get_by_text("The depth.").is_visible()) == (False, True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_lesson_with_every_form_has_no_accessibility_violations(page, forms, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(forms, wait_until="networkidle")
    for details in page.locator(".prose details").all():
        details.locator("summary").click()
    page.locator(".mark").click()

    assert axe_violations(page) == []


@pytest.mark.parametrize("place", [".variant-tabs", ".tablewrap"])
def test_what_is_wider_than_the_phone_has_a_shadow_on_the_side_where_there_is_more(phone, place):
    phone.goto(f"{COURSE}hello-in-every-framework/", wait_until="networkidle")
    everywhere = phone.locator(place)
    wide = everywhere.nth(
        everywhere.evaluate_all("all => all.findIndex(one => one.scrollWidth > one.clientWidth + 40)")
    )
    wide.evaluate("one => one.scrollIntoView({behavior: 'instant'})")
    wide.evaluate("one => [...one.children].forEach((child) => { child.style.visibility = 'hidden' })")

    at_first = shadows(phone, wide)
    wide.evaluate("one => { one.scrollLeft = one.scrollWidth }")
    at_last = shadows(phone, wide)

    assert (at_first, at_last) == ((False, True), (True, False))


def shadows(page: Page, place: Locator) -> tuple[bool, bool]:
    """Whether anything is drawn at the left and at the right of *place*, whose content is hidden."""
    box = place.bounding_box()
    assert box is not None
    edges = []
    for left in (box["x"], box["x"] + box["width"] - 8):
        clip = {"x": left, "y": box["y"] + 4, "width": 8, "height": 20}
        picture = Image.open(BytesIO(page.screenshot(clip=clip)))
        edges.append(len(picture.convert("RGB").getcolors() or []) > 1)
    return edges[0], edges[1]
