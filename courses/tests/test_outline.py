"""The outline that is kept beside a course: never an old one, whoever writes what."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.timezone import now

from courses.models import CourseOutline, Lesson
from courses.outline import outline_changed, outline_content, outline_of, store_outline
from courses.publishing import publish_lesson, save_lesson_draft, unpublish_lesson
from courses.structure import move, save_course, save_module
from courses.tests.builders import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    course = make_course()
    module = make_module(course)
    for slug in ("first", "second"):
        make_lesson(module, slug)
    store_outline(course.pk)
    return course


def stored(course):
    return CourseOutline.objects.get(pk=course.pk).content


def titles(course):
    return [lesson.title for lesson in outline_of(type(course).objects.with_outline().get(pk=course.pk)).lessons]


def edited(course):
    lesson = course.lessons.get(slug="first")
    save_lesson_draft(lesson=lesson, title="New", summary="S.", minutes=1, body_markdown="x")
    publish_lesson(lesson=lesson)


CHANGES = {
    "a newer text": edited,
    "a lesson less": lambda course: unpublish_lesson(lesson=course.lessons.get(slug="first")),
    "a lesson more": lambda course: make_lesson(course.modules.get(), "third"),
    "another order": lambda course: move(course.lessons.get(slug="second"), up=True),
    "another name of a module": lambda course: save_module(module=rename(course.modules.get())),
    "a module that is gone": lambda course: course.modules.get().delete(),
    "another name of the course": lambda course: save_course(course=rename(course)),
}


def rename(row):
    row.title = "Renamed"
    return row


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_at_once_and_the_outline_is_stored_again(course, change, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        change(course)
    before = stored(course)
    seen = titles(course)
    for callback in callbacks:
        callback()

    assert before is None
    assert stored(course) == outline_content(course)
    assert titles(course) == seen


def test_a_stored_outline_is_what_the_rows_say(course, django_assert_num_queries):
    found = type(course).objects.with_outline().get(pk=course.pk)

    with django_assert_num_queries(0):
        outline = outline_of(found)

    assert [(module.number, module.title) for module in outline.modules] == [(1, "Basics")]
    assert [(one.slug, one.url, one.minutes) for one in outline.lessons] == [
        ("first", "/courses/frameworks/first/", 5), ("second", "/courses/frameworks/second/", 5)
    ]  # fmt: skip


def test_an_outline_that_was_overtaken_is_not_stored(course, monkeypatch):
    outline_changed(course.pk)
    read = outline_content

    def slowly(one):
        content = read(one)
        outline_changed(course.pk)  # somebody writes meanwhile
        return content

    monkeypatch.setattr("courses.outline.outline_content", slowly)
    store_outline(course.pk)

    assert stored(course) is None


def test_a_lesson_appears_when_its_time_has_come(course):
    Lesson.objects.filter(slug="second").update(published_at=now() + timedelta(hours=1))
    outline_changed(course.pk)
    store_outline(course.pk)
    early = titles(course)

    with time_machine.travel(now() + timedelta(hours=2)):
        assert (early, titles(course)) == (["First"], ["First", "Second"])


def test_deleting_a_course_leaves_no_outline(course, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        course.delete()

    assert CourseOutline.objects.count() == 0


def test_the_showcase_is_the_marked_listing_as_its_lesson_shows_it(course):
    listing = '```python listing="{0}" framework="flask" title="main.py"{1}\nx = "{0}"\n```\n\n'
    text = "Text.\n\n" + listing.format("a", "") + listing.format("b", " showcase") + listing.format("c", " showcase")
    lesson = make_lesson(course.modules.get(), "shown", body_markdown=text)

    showcase = outline_of(course).showcase

    assert showcase.lesson.url == lesson.get_absolute_url()
    assert showcase.html.startswith('<div class="codeblock"')
    assert ('"b"' in showcase.html, '"a"' in showcase.html) == (True, False)
