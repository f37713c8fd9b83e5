"""What a reader can say about a page, and the home page on which one begins."""

import pytest

from config.tests.browser.conftest import LESSON

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_reader_reports_a_problem(page, without_scripts, site, scripts):
    page = page if scripts else without_scripts
    words = f"A comma is missing, scripts {scripts}."
    page.goto(LESSON)

    page.get_by_text("Report a problem").click()
    page.get_by_label("What is wrong?").fill(words)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url(f"**{LESSON}?thanks=problem*")

    assert page.get_by_text("The authors have your report.").is_visible()
    kept = site.shell(
        "from exercises.models import ProblemReport\n"
        f"print(*ProblemReport.objects.filter(text={words!r}).values_list('page', 'lesson_version__number'))"
    )
    assert kept == f"({LESSON!r}, 1)"


def test_reader_who_did_not_understand_is_asked_what(page):
    page.goto(LESSON)

    page.locator("#feedback").get_by_role("button", name="No").click()
    page.wait_for_url(f"**{LESSON}?thanks=unclear*")

    assert page.get_by_label("What is wrong?").is_visible()


def test_home_page_offers_a_program_to_run_in_the_first_screen(page):
    page.goto("/")
    run = page.locator(".welcome-code .codeblock .cbhead").get_by_text("Run", exact=True)

    assert page.locator("h1").inner_text() == "Learn Python's web frameworks by using them"
    assert run.bounding_box()["y"] < 900


def test_home_page_leads_to_the_program_without_scripts(without_scripts):
    page = without_scripts
    page.goto("/")

    page.locator(".welcome-code .run-link").click()

    assert page.url.endswith("/first-app-fastapi/run/first-app/")
    assert "FastAPI" in page.locator("textarea").first.input_value()
