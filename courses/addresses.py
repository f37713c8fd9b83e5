"""Changing the slugs of courses and lessons. An old address leads to the new one for good.

A slug that a page had belongs to it still: no other page can take it, so that no link ever leads to something else.
Deleting the page frees it.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext

from courses.access import may_edit
from courses.models import Course, FormerCourseAddress, FormerLessonAddress, Lesson, LessonVersion, Released
from courses.publishing import render_again, version_html
from courses.search.index import index_row


class AddressTaken(Exception):
    """Another page has this slug, or had it; the text says which."""


def check_course_slug(slug: str, *, course: Course | None = None) -> None:
    """Raise AddressTaken unless *course*, or a new one, can have *slug*."""
    if other := Course.objects.filter(slug=slug).exclude(pk__in=[course.pk] if course else []).first():
        raise AddressTaken(gettext("The course “%(title)s” has this slug.") % {"title": other})
    former = FormerCourseAddress.objects.filter(slug=slug).exclude(course=course).select_related("course").first()
    if former:
        raise AddressTaken(_was_of(former.course.slug))


def check_lesson_slug(slug: str, *, course: Course, lesson: Lesson | None = None) -> None:
    """Raise AddressTaken unless *lesson*, or a new one in *course*, can have *slug*."""
    if course.lessons.filter(slug=slug).exclude(pk__in=[lesson.pk] if lesson else []).exists():
        raise AddressTaken(gettext("The course has a lesson with this slug already."))
    former = course.former_lesson_addresses.filter(slug=slug).exclude(lesson=lesson).select_related("lesson").first()
    if former:
        raise AddressTaken(_was_of(former.lesson.slug))


def _was_of(slug: str) -> str:
    return gettext("This was the slug of “%(slug)s”, where its old address leads. Choose another one.") % {"slug": slug}


@transaction.atomic
def rename_course(*, course: Course, slug: str) -> bool:
    """Give *course* another slug; its texts show their pictures by it. False when it has this one.

    Raises AddressTaken.
    """
    stored = Course.objects.select_for_update().get(pk=course.pk)
    course.slug = slug
    if stored.slug == slug:
        return False
    check_course_slug(slug, course=course)
    FormerCourseAddress.objects.filter(slug=slug).delete()  # its own: it goes back to an old name
    FormerCourseAddress.objects.create(course=course, slug=stored.slug)
    course.save(update_fields=["slug"])
    render_again(course, course.images.values_list("name", flat=True))  # their addresses have the course's slug
    return True


@transaction.atomic
def rename_lesson(*, lesson: Lesson, slug: str) -> bool:
    """Give *lesson* another slug; links to it in the course's texts follow. False when it has this one.

    Raises AddressTaken.
    """
    stored = Lesson.objects.select_for_update(of=("self",)).select_related("course").get(pk=lesson.pk)
    lesson.slug = slug
    if stored.slug == slug:
        return False
    check_lesson_slug(slug, course=stored.course, lesson=lesson)
    FormerLessonAddress.objects.filter(course=stored.course, slug=slug).delete()  # its own
    FormerLessonAddress.objects.create(course=stored.course, lesson=lesson, slug=stored.slug)
    lesson.save(update_fields=["slug"])
    _render_links_again(lesson)
    if lesson.published_id is not None:
        index_row("lesson", lesson)
    return True


def _render_links_again(lesson: Lesson) -> None:
    """The HTML of the course's texts that name *lesson*, by whichever of its slugs."""
    slugs = [lesson.slug, *lesson.former_addresses.values_list("slug", flat=True)]
    named = Q(pk__in=[])
    for slug in slugs:
        named |= Q(body_markdown__contains=f"lesson:{slug}")
    versions = LessonVersion.objects.filter(named, lesson__course=lesson.course_id).select_related("lesson__course")
    for version in versions:
        html = version_html(version).html
        if version.body_html != html:
            version.body_html = html
            version.save(update_fields=["body_html"])


def course_at(slug: str) -> Course | None:
    """The course that has or had *slug*."""
    former = FormerCourseAddress.objects.filter(slug=slug).select_related("course").first()
    return former.course if former else Course.objects.filter(slug=slug).first()


def was_seen(row: Course | Released) -> bool:
    """Whether learners may see it now, or could before it was archived."""
    return row.published_at is not None and row.published_at <= now()


def moved(kwargs: Mapping[str, str], user: User | AnonymousUser) -> dict[str, str] | None:
    """The arguments of an address, `course` and perhaps `lesson`, as they are now; None when they are no old ones.

    What a visitor may not see, and could not see before it was archived, is not given away.
    """
    course = course_at(kwargs["course"])
    if course is None or not (was_seen(course) or may_edit(user, course)):
        return None
    present = {**kwargs, "course": course.slug}
    if "lesson" in kwargs:
        former = course.former_lesson_addresses.filter(slug=kwargs["lesson"]).select_related("lesson").first()
        if former and (was_seen(former.lesson) or may_edit(user, course)):
            present["lesson"] = former.lesson.slug
    return present if present != kwargs else None


def retired_course(slug: str) -> Course | None:
    """The course that learners had at this address before it was archived."""
    return Course.objects.filter(archived_at__isnull=False, published_at__lte=now(), slug=slug).first()


def retired_lesson(course: str, slug: str) -> Lesson | None:
    """The lesson that learners had at this address before it, or its course, was archived."""
    is_archived = Q(archived_at__isnull=False) | Q(course__archived_at__isnull=False)
    known = Lesson.objects.filter(is_archived, published_at__lte=now(), course__published_at__lte=now())
    return known.select_related("course", "published").filter(course__slug=course, slug=slug).first()
