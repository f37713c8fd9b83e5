"""Tabs that compare frameworks: keyboard, sets that follow each other, the choice on the next page, and no scripts."""

import pytest

from config.tests.browser.conftest import COURSE, axe_violations

pytestmark = pytest.mark.browser

MAX_SHIFT = 0.02  # of the whole page, in which a font may come late; a strip of tabs that pushes the code is far above
COMPARISON = f"{COURSE}hello-in-every-framework/"
BEFORE = f"{COURSE}the-same-in-django/"
FOLLOWING = f"[data-outline] a[href='{COMPARISON}']"
TITLES = [
    "Flask", "Django", "FastAPI", "Starlette", "Pyramid", "aiohttp", "Sanic", "Tornado", "gevent", "Streamlit",
    "Plotly Dash",
]  # fmt: skip
# Another set on the same page, as an author could write it: the modules of the page read it when they are loaded.
SECOND_SET = """<h2>Again</h2><div class="variants"><div class="variant" id="tab-2-django">
<h3 class="variant-title">Django</h3><p>Second Django</p></div><div class="variant" id="tab-2-fastapi">
<h3 class="variant-title">FastAPI</h3><p>Second FastAPI</p></div></div>"""


@pytest.fixture
def two_sets(page):
    """The page with a second set of tabs below its first one."""

    def add(route):
        response = route.fetch()
        end = '<h2 id="beyond-the-contract">'
        assert end in response.text()
        route.fulfill(response=response, body=response.text().replace(end, SECOND_SET + end))

    page.route(f"**{COMPARISON}*", add)
    page.goto(COMPARISON)
    page.unroute_all()  # with an interceptor Chromium does not send what is to outlive its page
    return page


def selected(page):
    return [tab.inner_text() for tab in page.locator("[role=tab][aria-selected=true]").all()]


def shown(page):
    return [panel.get_attribute("id") for panel in page.locator(".variant:visible").all()]


def choose(page, name):
    with page.expect_response("**/preferences/"):
        page.get_by_role("tab", name=name).first.click()


def test_tabs_have_the_roles_and_the_keys_of_tabs(page):
    page.goto(COMPARISON)
    tabs, panel = page.get_by_role("tablist").get_by_role("tab"), page.get_by_role("tabpanel")

    assert [tab.inner_text() for tab in tabs.all()] == TITLES
    assert (selected(page), shown(page)) == (["Flask"], ["tab-1-flask"])
    assert [tab.get_attribute("tabindex") for tab in tabs.all()] == ["0"] + ["-1"] * 10  # one stop
    assert panel.get_attribute("aria-labelledby") == tabs.first.get_attribute("id")
    assert tabs.first.get_attribute("aria-controls") == "tab-1-flask"
    assert page.locator(".variant-title:visible").count() == 0

    tabs.first.focus()
    visited = []
    for key in ("ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"):
        page.keyboard.press(key)
        visited.append((page.evaluate("document.activeElement.textContent"), *selected(page)))

    assert visited == [(name, name) for name in ("Django", "Plotly Dash", "Flask", "Plotly Dash", "Flask")]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.variant').id") == "tab-1-flask"


def test_choice_is_made_for_every_set_and_kept_for_the_next_lesson(two_sets, context):
    page = two_sets
    assert (selected(page), shown(page)) == (["Flask", "Django"], ["tab-1-flask", "tab-2-django"])

    choose(page, "FastAPI")
    both = selected(page)
    choose(page, "Sanic")  # which the second set does not have

    assert both == ["FastAPI", "FastAPI"]
    assert shown(page) == ["tab-1-sanic", "tab-2-fastapi"]
    other = context.new_page()
    other.goto(BEFORE)
    other.locator(FOLLOWING).click()  # prefetched, with the choice of that time
    other.wait_for_url(f"**{COMPARISON}")
    assert selected(other) == ["Sanic"]
    choose(other, "Tornado")
    other.goto(BEFORE)
    other.locator(FOLLOWING).click()
    other.wait_for_url(f"**{COMPARISON}")
    assert selected(other) == ["Tornado"]


def test_choice_is_in_the_page_before_any_script_and_nothing_moves(context):
    page = context.new_page()
    page.goto(COMPARISON)
    choose(page, "FastAPI")
    assert page.request.get(COMPARISON).text().count('class="variant variant--chosen" id="tab-1-fastapi"') == 1
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) "
        "if (!one.hadRecentInput) shifts += one.value }).observe({type: 'layout-shift', buffered: true})"
    )

    page.goto(BEFORE)
    page.goto(f"{COMPARISON}#eleven-programs", wait_until="networkidle")
    after = page.evaluate("shifts"), shown(page)
    page.route("**/*.js", lambda route: route.abort())
    page.reload(wait_until="load")
    early = page.locator("#tab-1-fastapi pre").first.is_visible(), page.locator("#tab-1-flask pre").first.is_visible()

    assert after[0] <= MAX_SHIFT
    assert after[1] == ["tab-1-fastapi"]
    assert early == (True, False)
    page.locator("#tab-1-flask pre").first.wait_for(timeout=15_000)  # no script came: everything is shown
    assert page.locator(".variant-title:visible").count() == len(TITLES)


def test_page_stays_where_it_is_when_sets_above_change_their_height(two_sets):
    page = two_sets
    tab = page.get_by_role("tab", name="FastAPI").nth(1)
    tab.scroll_into_view_if_needed()
    before = tab.bounding_box()["y"]

    with page.expect_response("**/preferences/"):
        tab.click()

    assert selected(page) == ["FastAPI", "FastAPI"]
    assert abs(tab.bounding_box()["y"] - before) <= 1


def test_address_of_a_tab_opens_it(page, context):
    page.goto(f"{COMPARISON}#tab-1-gevent")
    opened = selected(page), page.locator(".variant-tabs").bounding_box()["y"] >= 56
    page.evaluate("location.hash = '#tab-1-aiohttp'")
    page.wait_for_function("document.querySelector('#tab-1-aiohttp').checkVisibility()")

    assert opened == (["gevent"], True)
    assert selected(page) == ["aiohttp"]
    assert "fw" not in {cookie["name"] for cookie in context.cookies()}  # a link is not the reader's choice


def test_all_variants_are_there_without_scripts(without_scripts):
    page = without_scripts
    page.goto(COMPARISON)

    assert page.locator(".variant:visible").count() == len(TITLES)
    assert page.locator("h3.variant-title:visible").all_inner_texts() == TITLES
    assert page.locator(".variant pre:visible").count() == 2 * len(TITLES)
    assert page.get_by_role("tab").count() == 0


def test_all_variants_are_printed_with_their_titles(page):
    page.goto(COMPARISON)
    page.emulate_media(media="print")

    assert page.locator(".variant:visible").count() == len(TITLES)
    assert page.locator(".variant-title:visible").all_inner_texts() == TITLES
    assert page.locator(".variant-tabs:visible").count() == 0


@pytest.mark.parametrize("width", [320, 390])
def test_tabs_scroll_in_their_strip_on_a_phone_and_the_page_does_not(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(COMPARISON, wait_until="networkidle")
    strip = page.locator(".variant-tabs")

    page.get_by_role("tab").first.focus()
    page.keyboard.press("End")

    assert strip.evaluate("strip => [strip.scrollWidth > strip.clientWidth, strip.scrollLeft > 0]") == [True, True]
    last = page.get_by_role("tab").last.bounding_box()
    assert (last["x"] >= 0, last["x"] + last["width"] <= width, last["height"] >= 44) == (True, True, True)
    assert page.evaluate("[document.documentElement.scrollWidth, scrollX]") == [width, 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_tabs_have_no_accessibility_violations(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(COMPARISON, wait_until="networkidle")

    assert axe_violations(page) == []
