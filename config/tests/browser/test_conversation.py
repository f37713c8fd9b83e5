"""A reviewer answers an entry of a scenario; its learner is told by the site and by a mail, and answers back."""

import re
import shutil

import pytest

from config.tests.browser.conftest import axe_violations
from config.tests.mailbox import Mailbox
from config.tests.site import Site, wait_for

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery staple"
PEOPLE = f"""
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, User
reviewer = User.objects.create_user("rita", "rita@example.org", {PASSWORD!r}, is_staff=True)
reviewer.groups.add(Group.objects.get(name="Reviewer"))
ana = User.objects.create_user("ana", "ana@example.org", {PASSWORD!r})
EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
from exercises.models import Exercise
print(Exercise.objects.filter(published__kind="scenario").first().get_absolute_url())
"""


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def site(tmp_path_factory, prepared_database, mailbox):
    """A site of this test's own, which sends its mails to the mailbox."""
    with Site(tmp_path_factory.mktemp("site"), EMAIL_URL=mailbox.url) as site:
        shutil.copy(prepared_database, site.database)
        site.exercise = site.shell(PEOPLE)
        site.start("broker", "web", "worker", "beat")
        wait_for(site.is_ready, "readiness")
        yield site


@pytest.fixture(scope="module")
def base_url(site):
    return site.url


def sign_in(browser, base_url, name, **window):
    page = browser.new_context(base_url=base_url, **({"viewport": {"width": 1440, "height": 900}} | window)).new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email address or user name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base_url}/")
    return page


def hand_in(browser, base_url, site):
    """The scenario as its learner hands it in, on a phone without scripts; the page of it."""
    phone = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    learner = sign_in(browser, base_url, "ana", **phone)
    learner.goto(site.exercise)
    for index, place in enumerate(("A shop", "An API", "A webhook")):
        learner.get_by_label("What is to be built, by whom, for whom").nth(index).fill(place)
        learner.locator("select[name=choice]").nth(index).select_option(index=index + 1)
        learner.get_by_label("Your reasons").nth(index).fill("The team has experience, and performance is fine.")
    learner.get_by_role("button", name="Submit").click()
    learner.locator("#results h3").first.wait_for()
    return learner


def test_reviewer_answers_learner_answers_back_and_reviewer_sees_it(browser, base_url, site, mailbox):
    learner = hand_in(browser, base_url, site)

    # The reviewer finds it in the queue, and answers the second entry.
    reviewer = sign_in(browser, base_url, "rita")
    reviewer.goto("/admin/exercises/scenarioanswers/?state=open")
    assert axe_violations(reviewer, tags=["wcag2a", "wcag2aa", "wcag22aa"]) == []
    reviewer.locator("#result_list tbody th a").first.click()
    assert "An API" in reviewer.locator("#entry-2").inner_text()
    assert axe_violations(reviewer, tags=["wcag2a", "wcag2aa", "wcag22aa"]) == []
    reviewer.get_by_label("Answer to scenario 2").fill("Which load <b>do</b> you expect?")
    reviewer.locator("#entry-2").get_by_role("button", name="Send the answer").click()
    reviewer.locator(".messagelist .success").wait_for()

    # The learner is told by mail, whose link leads to the attempt, and by the site.
    recipients, mail = wait_for(lambda: mailbox.messages and mailbox.messages[0], "the mail")
    text = mail.get_content()
    assert recipients == ["ana@example.org"]
    assert "Which load <b>do</b> you expect?" in text
    learner.goto("/")
    assert "1 new answer from staff" in learner.locator("main").inner_text()
    link = re.search(r"http://localhost:\d+(/submissions/\S+)", text)[1]
    learner.goto(link)
    entry = learner.locator("#entry-2")
    assert "Which load <b>do</b> you expect?" in entry.inner_text()
    assert learner.evaluate("document.documentElement.scrollWidth") <= 390

    # It answers back, without scripts, on a phone.
    entry.get_by_label("Write back about scenario 2").fill("Ten requests a second.")
    entry.get_by_role("button", name="Send").click()
    learner.wait_for_url("**/submissions/*/#entry-2")
    assert "Ten requests a second." in learner.locator("#entry-2").inner_text()
    learner.goto("/")
    assert "new answer from staff" not in learner.locator("main").inner_text()

    # And the reviewer has it first in the queue.
    reviewer.goto("/admin/exercises/scenarioanswers/?state=open")
    assert "Learner wrote back" in reviewer.locator("#result_list tbody tr").first.inner_text()
    reviewer.locator("#result_list tbody th a").first.click()
    assert "Ten requests a second." in reviewer.locator("#entry-2").inner_text()

    # The link in the mail ends the mails; an answer after it sends none.
    learner.goto(re.search(r"http://localhost:\d+(/answer-mails/\S+)", text)[1])
    learner.get_by_role("button", name="Send me no more of these").click()
    assert "You get no more mails" in learner.locator("main").inner_text()
    reviewer.get_by_label("Answer to scenario 2").fill("Then any of them will do.")
    reviewer.locator("#entry-2").get_by_role("button", name="Send the answer").click()
    reviewer.locator(".messagelist .success").wait_for()
    looked = "from exercises.models import EntryMessage as E; print(E.objects.exclude(mail_due_at=None).count())"
    wait_for(lambda: site.shell(looked) == "0", "the worker's look at it")
    assert len(mailbox.messages) == 1


CONVERSATION = """
from exercises.conversations import answer_entry, write_back
from exercises.models import Submission
from django.contrib.auth.models import User
submission = Submission.objects.latest("pk")
rita = User.objects.get(username="rita")
answer_entry(submission=submission, entry=1, text="How many requests?", author=rita)
write_back(submission=submission, entry=1, text="Ten a second.")
answer_entry(submission=submission, entry=1, text="And how often?", author=rita)
print(submission.get_absolute_url())
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_about_an_answer_have_no_violations_on_a_phone(browser, base_url, site, theme):
    hand_in(browser, base_url, site)
    page = sign_in(browser, base_url, "ana", color_scheme=theme, viewport={"width": 390, "height": 844})
    found = {}
    for address in ("/", "/accounts/", site.exercise, site.shell(CONVERSATION)):
        page.goto(address)
        found[address] = axe_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address

    said = page.locator("#entry-1").inner_text()
    assert "Ten a second." in said
    assert "And how often?" in said
    assert not any(found.values()), found
