"""The services that write lessons: versions are kept, learners see what was published."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from courses.models import Course, Lesson, LessonVersion
from courses.publishing import (
    DraftChanged,
    PublishRefused,
    check_draft_is_still,
    content_hash,
    normalised_text,
    publish_course,
    publish_lesson,
    restore_lesson_version,
    save_lesson_draft,
    unpublish_course,
    unpublish_lesson,
)
from courses.rendering import Problem
from courses.structure import add_lesson
from courses.tests.builders import make_course, make_lesson, make_module

TEXT = {"title": "T", "summary": "S.", "minutes": 5, "body_markdown": "## A\n\nText.\n"}


@pytest.fixture
def lesson(db) -> Lesson:
    return add_lesson(module=make_module(make_course()), slug="first")


def stored(lesson: Lesson) -> Lesson:
    return Lesson.objects.select_related("draft", "published").get(pk=lesson.pk)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": "é"}, {"a": "e\u0301"}, False),
    ],
)
def test_content_hash_depends_on_values_and_types_only(one, other, same):
    assert (content_hash(one) == content_hash(other)) is same
    assert len(content_hash(one)) == 64


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("\n \n  a  \nb\n\n\n", "  a  \nb\n"),
        ("a", "a\n"),
        (" \n", ""),
        ("", ""),
    ],
)
def test_normalised_text_has_one_form(text, normal):
    assert normalised_text(text) == normal
    assert normalised_text(normal) == normal


def test_saving_renders_the_text_and_numbers_the_versions(lesson):
    author = User.objects.create_user("author")

    first = save_lesson_draft(lesson=lesson, **TEXT)
    second = save_lesson_draft(lesson=lesson, **TEXT | {"title": "New"}, author=author, note="Better")

    assert (first.number, first.created_by, first.note) == (1, None, "")
    assert (second.number, second.created_by, second.note) == (2, author, "Better")
    assert second.body_html == '<h2 id="a">A</h2>\n<p>Text.</p>'
    assert second.contents == [{"level": 2, "id": "a", "text": "A"}]
    assert (stored(lesson).draft, stored(lesson).published) == (second, None)


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 1),
        ({"body_markdown": "\r\n## A\r\n\r\nText."}, 1),
        ({"summary": "S.\n"}, 1),
        ({"note": "only a note"}, 1),
        ({"minutes": 6}, 2),
        ({"body_markdown": "## A\n\nText!\n"}, 2),
    ],
)
def test_saving_the_same_text_makes_no_version(lesson, change, count):
    save_lesson_draft(lesson=lesson, **TEXT)

    save_lesson_draft(lesson=lesson, **TEXT | change)

    assert LessonVersion.objects.count() == count


def test_saving_leaves_what_learners_read(lesson):
    save_lesson_draft(lesson=lesson, **TEXT)
    published = publish_lesson(lesson=lesson)

    save_lesson_draft(lesson=lesson, **TEXT | {"title": "New"})

    assert stored(lesson).published == published
    assert stored(lesson).state == "Published, newer draft"


def test_publishing_keeps_the_time_of_the_first_publication(lesson):
    save_lesson_draft(lesson=lesson, **TEXT)
    publish_lesson(lesson=lesson)
    first = stored(lesson).published_at
    save_lesson_draft(lesson=lesson, **TEXT | {"title": "New"})

    publish_lesson(lesson=lesson)

    assert (stored(lesson).published.title, stored(lesson).published_at) == ("New", first)
    assert stored(lesson).state == "Published"


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("!!! danger\n    x", [Problem(1, 'Unknown callout "danger"; there are note, tip, warning, compare.')]),
        ("[a](lesson:nobody)", [Problem(1, 'The course has no lesson "nobody".')]),
        ("[a](lesson:first)", []),
    ],
)
def test_problems_prevent_publishing(lesson, body, problems):
    save_lesson_draft(lesson=lesson, **TEXT | {"body_markdown": body})

    found = []
    try:
        publish_lesson(lesson=lesson)
    except PublishRefused as refusal:
        found = refusal.problems

    assert found == problems
    assert (stored(lesson).published is None) == bool(problems)


def test_a_lesson_without_a_text_cannot_be_published(lesson):
    with pytest.raises(PublishRefused, match=r"^The lesson has no text yet\.$"):
        publish_lesson(lesson=lesson)


def test_taking_offline_keeps_the_versions(lesson):
    save_lesson_draft(lesson=lesson, **TEXT)
    publish_lesson(lesson=lesson)

    unpublish_lesson(lesson=lesson)

    assert (stored(lesson).state, stored(lesson).held_back, stored(lesson).published_at) == ("Draft", True, None)
    publish_lesson(lesson=lesson)
    assert (stored(lesson).state, stored(lesson).held_back) == ("Published", False)


def test_restoring_puts_the_old_text_on_top(lesson):
    first = save_lesson_draft(lesson=lesson, **TEXT)
    save_lesson_draft(lesson=lesson, **TEXT | {"title": "New"})

    restored = restore_lesson_version(version=first)

    assert (restored.number, restored.title, restored.origin, restored.restored_number) == (3, "T", "restored", 1)
    assert stored(lesson).draft == restored


@pytest.mark.parametrize(("number", "refused"), [(1, True), (2, False), (3, True)])
def test_an_editor_is_told_when_somebody_else_saved(lesson, number, refused):
    save_lesson_draft(lesson=lesson, **TEXT)
    save_lesson_draft(lesson=lesson, **TEXT | {"title": "New"})

    newest = None
    try:
        check_draft_is_still(lesson=lesson, number=number)
    except DraftChanged as changed:
        newest = changed.newest.number

    assert newest == (2 if refused else None)


def test_courses_go_online_and_offline(db):
    course = make_lesson(make_module(make_course(published=False))).course

    publish_course(course=course)
    assert list(Course.objects.published()) == [course]

    unpublish_course(course=course)
    course.refresh_from_db()
    assert (list(Course.objects.published()), course.held_back) == ([], True)


def test_a_lesson_goes_with_its_versions_but_a_used_version_stays(db):
    lesson = make_lesson(make_module(make_course()))

    with pytest.raises(IntegrityError), transaction.atomic():
        lesson.draft.delete()

    lesson.delete()
    assert LessonVersion.objects.count() == 0
