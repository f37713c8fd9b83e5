"""When learners have a text: at a time, in the place of an older one, and not any more."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Course, Lesson, LessonVersion, Module
from courses.outline import outline_of
from courses.publishing import (
    PublishRefused,
    archive_course,
    archive_lesson,
    bring_back_course,
    bring_back_lesson,
    cancel_lesson_schedule,
    publish_course,
    publish_lesson,
    release_due_lessons,
    save_lesson_draft,
    unpublish_lesson,
)
from courses.search import search
from courses.search.index import fill
from courses.structure import move, save_course, save_module
from courses.tests.builders import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PAGE = "/courses/frameworks/first/"


@pytest.fixture
def later(monkeypatch):
    """Moves the clock of the site on; nothing else happens."""
    real = timezone.now

    def move(by: timedelta) -> None:
        for module in (
            "courses.models",
            "courses.outline",
            "courses.releasing",
            "courses.publishing",
            "courses.addresses",
        ):
            monkeypatch.setattr(f"{module}.now", lambda: real() + by)

    return move


def draft(*, title: str = "First", body: str = "## Why\n\nBecause of frogs.\n") -> Lesson:
    lesson = make_lesson(make_module(make_course()), published=False, title=title, body_markdown=body)
    return Lesson.objects.get(pk=lesson.pk)


def save(lesson: Lesson, title: str, body: str = "## Why\n\nBecause of newts.\n"):
    return save_lesson_draft(lesson=lesson, title=title, summary="S.", minutes=5, body_markdown=body)


def seen() -> dict[str, object]:
    """What a visitor finds of the lesson, by every way to it."""
    client = Client()
    course = Course.objects.with_outline().get()
    page = client.get(PAGE)
    return {
        "page": page.status_code,
        "title": page.context["version"].title if page.status_code == 200 else None,
        "outline": [lesson.title for lesson in outline_of(course).lessons],
        "course page": client.get("/courses/frameworks/").content.decode().count(f'href="{PAGE}"') > 0,
        "search": search("frogs", limit=3).total > 0,
        "api": client.get("/api/v1/courses/frameworks/lessons/first/").status_code,
        "counted": Course.objects.with_counts().get().lesson_count,
    }


NOTHING = {
    "page": 404, "title": None, "outline": [], "course page": False, "search": False, "api": 404, "counted": 0,
}  # fmt: skip
EVERYTHING = {
    "page": 200, "title": "First", "outline": ["First"], "course page": True, "search": True, "api": 200, "counted": 1,
}  # fmt: skip


def test_a_scheduled_lesson_appears_at_its_time_by_itself(later, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):  # so that the outline is stored before
        publish_lesson(lesson=draft(), at=timezone.now() + HOUR)
    before = seen()
    later(2 * HOUR)

    assert (before, seen()) == (NOTHING, EVERYTHING)


def test_states_of_a_lesson_have_names():
    lesson = draft()
    states = [lesson.state]
    publish_lesson(lesson=lesson, at=timezone.now() + HOUR)
    states.append(lesson.state)
    publish_lesson(lesson=lesson)
    states.append(lesson.state)
    save(lesson, "Second")
    states.append(lesson.state)
    publish_lesson(lesson=lesson, at=timezone.now() + HOUR)
    states.append(lesson.state)
    archive_lesson(lesson=lesson)
    states.append(lesson.state)

    assert states == [
        "Draft", "Scheduled", "Published", "Published, newer draft", "Published, newer version scheduled", "Archived",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["page", "beat"])
def test_a_scheduled_newer_version_takes_the_place_of_the_published_one(later, by):
    lesson = draft()
    publish_lesson(lesson=lesson)
    save(lesson, "Second")
    publish_lesson(lesson=lesson, at=timezone.now() + HOUR)
    save(lesson, "Third")  # work goes on meanwhile
    before = Client().get(PAGE).context["version"].title
    nothing_due = release_due_lessons()
    later(2 * HOUR)
    if by == "beat":
        assert release_due_lessons() == 1

    after = Client().get(PAGE).context["version"].title
    stored = Lesson.objects.get(pk=lesson.pk)
    assert (before, nothing_due, after) == ("First", 0, "Second")
    assert (stored.scheduled, stored.scheduled_at, stored.draft.title) == (None, None, "Third")
    assert (search("newts", limit=3).total > 0, search("frogs", limit=3).total) == (True, 0)


def test_what_learners_have_cannot_be_scheduled_again():
    lesson = draft()
    publish_lesson(lesson=lesson)

    with pytest.raises(PublishRefused, match="this version already"):
        publish_lesson(lesson=lesson, at=timezone.now() + HOUR)


def test_publishing_now_or_offline_ends_a_schedule(later):
    lesson = draft()
    publish_lesson(lesson=lesson)
    save(lesson, "Second")
    publish_lesson(lesson=lesson, at=timezone.now() + HOUR)
    save(lesson, "Third")
    publish_lesson(lesson=lesson)
    later(2 * HOUR)
    now_shown = Client().get(PAGE).context["version"].title
    unpublish_lesson(lesson=lesson)

    assert now_shown == "Third"
    assert (release_due_lessons(), Client().get(PAGE).status_code) == (0, 404)


def test_a_schedule_is_cancelled(later):
    first, newer = draft(), None
    publish_lesson(lesson=first, at=timezone.now() + HOUR)
    was_cancelled = cancel_lesson_schedule(lesson=first)
    publish_lesson(lesson=first)
    newer = save(first, "Second")
    publish_lesson(lesson=first, at=timezone.now() + HOUR)
    cancelled_again = cancel_lesson_schedule(lesson=first)
    later(2 * HOUR)

    assert (was_cancelled, cancelled_again, cancel_lesson_schedule(lesson=first)) == (True, True, False)
    assert Client().get(PAGE).context["version"].title == "First"
    assert Lesson.objects.get().draft == newer


def test_a_time_that_never_came_is_in_no_history(later):
    lesson = draft()
    first = publish_lesson(lesson=lesson, at=timezone.now() + HOUR)
    moved = timezone.now() + 2 * HOUR
    publish_lesson(lesson=lesson, at=moved)
    times = [LessonVersion.objects.get(pk=first.pk).published_at]
    newer = save(lesson, "Second")
    publish_lesson(lesson=lesson, at=moved)  # another version has its place
    times += [LessonVersion.objects.get(pk=version.pk).published_at for version in (first, newer)]
    cancel_lesson_schedule(lesson=lesson)
    times.append(LessonVersion.objects.get(pk=newer.pk).published_at)
    publish_lesson(lesson=lesson, at=moved)
    unpublish_lesson(lesson=lesson)
    times.append(LessonVersion.objects.get(pk=newer.pk).published_at)

    assert times == [moved, None, moved, None, None]


def test_services_decide_on_the_row_as_it_is_stored():
    course = make_lesson(make_module(make_course(published=False))).course
    stale = Course.objects.get()
    publish_course(course=course)
    published_at = course.published_at

    publish_course(course=stale)
    assert Course.objects.get().published_at == published_at
    archive_course(course=Course.objects.get())
    with pytest.raises(PublishRefused):
        publish_course(course=course)


def test_saving_a_course_leaves_alone_what_is_not_in_its_form():
    course = make_course(published=False)
    module = make_module(course)
    make_lesson(module)
    publish_course(course=Course.objects.get())
    make_module(course, "more")
    move(Module.objects.get(slug="more"), up=True)

    save_course(course=course)
    save_module(module=module)

    assert Course.objects.get().published_at is not None
    assert [module.slug for module in Module.objects.all()] == ["more", "basics"]


def test_an_archived_lesson_says_what_it_was_and_can_be_brought_back(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        lesson = draft()
        publish_lesson(lesson=lesson)
    with django_capture_on_commit_callbacks(execute=True):
        archive_lesson(lesson=lesson)
    page, found = Client().get(PAGE), seen()
    with pytest.raises(PublishRefused, match="Bring it back"):
        publish_lesson(lesson=lesson)
    fill()  # as a load does: it must not come into the search again
    still = search("frogs", limit=3).total
    with django_capture_on_commit_callbacks(execute=True):
        bring_back_lesson(lesson=lesson)

    assert found == NOTHING | {"page": 410, "api": 410}
    assert "This lesson was retired" in page.content.decode()
    assert "First" in page.content.decode()
    assert (still, seen()) == (0, EVERYTHING)
    assert not Lesson.objects.get().held_back


def test_an_archived_draft_is_no_page_at_all():
    archive_lesson(lesson=draft())

    assert Client().get(PAGE).status_code == 404


def test_an_archived_course_takes_its_lessons_along_and_brings_them_back():
    lesson = draft()
    publish_lesson(lesson=lesson)
    course = Course.objects.get()
    archive_course(course=course)
    client = Client()
    retired = [client.get(address).status_code for address in ("/courses/frameworks/", PAGE)]
    home = client.get("/").content.decode()
    in_api = client.get("/api/v1/courses/").json()["count"]
    with pytest.raises(PublishRefused):
        publish_course(course=course)
    bring_back_course(course=course)

    assert (retired, "Frameworks" in home, in_api) == ([410, 410], False, 0)
    assert [client.get(address).status_code for address in ("/courses/frameworks/", PAGE)] == [200, 200]


def test_a_scheduled_course_is_seen_from_its_time_on(later):
    lesson = make_lesson(make_module(make_course(published=False)))
    publish_course(course=lesson.course, at=timezone.now() + HOUR)
    before = Client().get(PAGE).status_code, Course.objects.get().state
    later(2 * HOUR)

    assert (before, Client().get(PAGE).status_code) == ((404, "Scheduled"), 200)


def test_the_published_version_stays_as_it_is_while_its_draft_changes():
    lesson = draft()
    version = publish_lesson(lesson=lesson)
    before = Client().get(PAGE).content
    columns = type(version).objects.filter(pk=version.pk).values().get()
    for number in range(3):
        save(lesson, f"Title {number}", f"## Other {number}\n\nText.\n")

    assert type(version).objects.filter(pk=version.pk).values().get() == columns
    assert without_tokens(Client().get(PAGE).content) == without_tokens(before)


def without_tokens(html: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value|nonce)="[^"]*"', b"", html)
