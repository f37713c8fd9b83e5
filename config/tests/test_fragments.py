"""Parts of pages that are kept: a page is the same whether they were, whoever asked before."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from django.utils.timezone import now

from config.tests.pseudolocale import CODE, pseudolocale
from courses.models import Course, Lesson
from courses.outline import outline_changed, store_outline
from courses.publishing import publish_lesson, save_lesson_draft
from exercises.models import Exercise, Owner, Run
from exercises.owners import GUEST
from exercises.progress import mark_lesson
from exercises.tests.builders import guest, make_exercise, make_lesson, make_run, make_submission, make_user

pytestmark = pytest.mark.django_db

FIRST, SECOND, COURSE, EXERCISE = "/courses/web/first/", "/courses/web/second/", "/courses/web/", "/exercises/a/"
PAGES = ["/", COURSE, FIRST, SECOND, EXERCISE]
# What differs each time.
TOKENS = re.compile(r'(name="csrfmiddlewaretoken" value|data-style-nonce)="[^"]*"')


@pytest.fixture
def course() -> Course:
    """Two lessons, the first with two exercises; a third one for tomorrow."""
    first, second, third = (make_lesson(slug) for slug in ("first", "second", "third"))
    for slug in ("a", "b"):
        make_exercise(slug, lesson=first)
    first.published.contents = [{"level": 2, "id": "first", "text": "First <section>"}]
    first.published.save()
    Lesson.objects.filter(pk=third.pk).update(published_at=now() + timedelta(days=1))
    outline_changed(second.course_id)
    store_outline(second.course_id)
    return second.course


def as_guest(act: Callable[[Owner], object]) -> Client:
    owner, client = guest(), Client()
    session = client.session
    session[GUEST] = str(owner.guest)
    session.save()
    client.cookies["sessionid"] = session.session_key
    act(owner)
    return client


def as_account(**columns: bool) -> Client:
    client = Client()
    client.force_login(make_user(**columns))
    return client


def as_visitor(**cookies: str) -> Client:
    client = Client()
    client.cookies.load(cookies)
    return client


def passes(slug: str) -> Callable[[Owner], Run]:
    exercise = Exercise.objects.get(slug=slug)
    return lambda owner: make_run(make_submission(owner=owner, exercise=exercise), Run.Status.DONE)


def every_reader() -> dict[str, Client]:
    first, second = Lesson.objects.get(slug="first"), Lesson.objects.get(slug="second")
    exercise = Exercise.objects.get(slug="b")
    return {
        "a visitor": as_visitor(),
        "a guest who did nothing": as_guest(lambda owner: None),
        "one who read the first": as_guest(lambda owner: mark_lesson(owner=owner, lesson=first, is_done=True)),
        "one who read the second": as_guest(lambda owner: mark_lesson(owner=owner, lesson=second, is_done=True)),
        "one who tried": as_guest(lambda owner: make_submission(owner=owner, exercise=exercise)),
        "one who passed": as_guest(passes("a")),
        "an account": as_account(),
        "staff": as_account(name="staff", is_staff=True, is_superuser=True),
        "dark": as_visitor(theme="dark"),
        "light, without single keys": as_visitor(theme="light", keys="0"),
        "Flask first": as_visitor(fw="flask"),
        "another language": as_visitor(language=CODE),
    }


def page_of(client: Client, path: str) -> str:
    return TOKENS.sub(r"\1", client.get(path).content.decode())


def test_pages_are_the_same_from_kept_parts_for_every_reader(course):
    with pseudolocale():
        readers = every_reader()
        expected = {}
        for reader, client in readers.items():
            for path in PAGES:
                caches["template_fragments"].clear()
                expected[reader, path] = page_of(client, path)
        caches["template_fragments"].clear()
        for _ in range(2):  # those who come first fill it for those who come after, and for the second round
            seen = {(reader, path): page_of(client, path) for reader, client in readers.items() for path in PAGES}

            assert [key for key in expected if seen[key] != expected[key]] == []
    # Or the comparison would say nothing.
    assert len({expected[reader, FIRST] for reader in readers}) == len(readers) - 2  # "Flask first", "did nothing"


def test_no_token_is_kept(course):
    def tokens(page: str) -> set[str]:
        return set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page))

    first, second = Client(), Client()
    for path in PAGES:
        seen = [tokens(client.get(path).content.decode()) for client in (first, second, first)]

        assert [len(one) for one in seen] == [1, 1, 1]
        assert len(set.union(*seen)) == 3


def test_a_lesson_appears_in_kept_parts_when_its_time_has_come(course, client):
    def listed() -> list[bool]:
        return ["/courses/web/third/" in client.get(path).content.decode() for path in (COURSE, FIRST)]

    early = listed(), listed()
    with time_machine.travel(now() + timedelta(days=2)):
        late = listed()

    assert (early, late) == (([False, False], [False, False]), [True, True])


def test_what_staff_change_is_seen_at_once(course, client, django_capture_on_commit_callbacks):
    before = client.get(SECOND).content.decode()
    with django_capture_on_commit_callbacks() as callbacks:
        first = Lesson.objects.get(slug="first")
        save_lesson_draft(lesson=first, title="Another title", summary="S.", minutes=1, body_markdown="Text.\n")
        publish_lesson(lesson=first)
    between = client.get(SECOND).content.decode()
    for callback in callbacks:
        callback()
    after = client.get(SECOND).content.decode()

    assert ["Another title" in page for page in (before, between, after)] == [False, True, True]
    assert len(callbacks) > 0


def test_a_draft_that_staff_look_at_is_kept_for_nobody(course, client):
    first = Lesson.objects.get(slug="first")
    save_lesson_draft(lesson=first, title="Secret", summary="Secret.", minutes=7, body_markdown="## Secret\n\nText.\n")

    shown = as_account(is_staff=True, is_superuser=True).get(FIRST, {"version": "draft"}).content.decode()
    pages = [client.get(path).content.decode() for path in PAGES]

    assert "Secret" in shown
    assert ["Secret" in page for page in pages] == [False] * len(PAGES)


def test_parts_are_not_kept_in_the_shared_cache(course, client, valkey):
    valkey.stop()
    try:
        statuses = [client.get(path).status_code for path in PAGES * 2]
    finally:
        valkey.start()

    assert statuses == [200] * len(PAGES) * 2
