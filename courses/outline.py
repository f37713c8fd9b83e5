"""The outline of a course as learners see it: its modules and published lessons in order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from courses.models import Course, Lesson, LessonVersion

# A link to a lesson of the same course, as courses.rendering writes it; links do not nest.
LESSON_ANCHOR = re.compile(r'<a href="\.\./(?P<slug>[a-z0-9-]+)/(?:#[^"]*)?"[^>]*>(?P<text>.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class OutlineLesson:
    lesson_id: int
    slug: str
    url: str
    title: str
    summary: str
    minutes: int
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class OutlineModule:
    number: int  # among the modules that are shown, from 1
    slug: str
    title: str
    lessons: tuple[OutlineLesson, ...]


def outline_of(
    course: Course, *, current: Lesson | None = None, preview: LessonVersion | None = None
) -> list[OutlineModule]:
    """The published lessons of *course* by module; modules without any are left out. One query.

    *current* is marked. With a *preview* of it, it is shown with that version's texts, published or not.
    Whether the course itself may be seen is the caller's question.
    """
    lessons = course.lessons.with_published_text()
    if current is not None and preview is not None:
        lessons = lessons | course.lessons.filter(pk=current.pk).select_related("published")
    rows = lessons.in_course_order().values_list(
        "module__slug", "module__title", "pk", "slug", "published__title", "published__summary", "published__minutes"
    )
    outline = []
    for number, ((module_slug, module_title), group) in enumerate(groupby(rows, key=lambda row: row[:2]), start=1):
        entries = []
        for *_, pk, slug, title, summary, minutes in group:
            is_current = current is not None and pk == current.pk
            if is_current and preview is not None:
                title, summary, minutes = preview.title, preview.summary, preview.minutes
            url = reverse("courses:lesson", args=[course.slug, slug])
            entries.append(OutlineLesson(pk, slug, url, title, summary, minutes, is_current))
        outline.append(OutlineModule(number, module_slug, module_title, tuple(entries)))
    return outline


def flat(outline: Iterable[OutlineModule]) -> list[OutlineLesson]:
    """The lessons of all modules, in order."""
    return [lesson for module in outline for lesson in module.lessons]


def without_dead_links(html: str, slugs: Collection[str]) -> str:
    """*html* of a lesson in which links to lessons that are not among *slugs* are plain text.

    A text may name a lesson before that is published; the link appears when it is.
    """
    return LESSON_ANCHOR.sub(lambda link: link[0] if link["slug"] in slugs else link["text"], html)
