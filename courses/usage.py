"""Where a lesson or a picture is used: the texts that name it, and what belongs to it, whichever app has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from courses.models import Course, CourseImage, Lesson


@dataclass(frozen=True, slots=True)
class Mention:
    """How the texts of a course name something: lesson:slug or images/name."""

    text: str

    def is_in(self, markdown: str) -> bool:
        """Also where a longer name begins alike, it is not that."""
        return re.search(rf"{re.escape(self.text)}(?![\w-])", markdown) is not None


@dataclass(frozen=True, slots=True)
class Use:
    """A row that uses what was asked for: the label of its model, such as courses.lesson, and its primary key."""

    kind: str
    object_id: int
    title: str
    belongs: bool = False  # it is a part of the lesson, and does not only name it


VERSIONS = ("draft", "published", "scheduled")  # what is read, or will be


def versions_in_use(row: Any) -> list[Any]:
    """Those of a lesson or an exercise."""
    return [version for name in VERSIONS if (version := getattr(row, name))]


Finder = Callable[[Course, Mention], Iterable[Use]]
PartsOf = Callable[[Lesson], Iterable[Use]]
_finders: list[Finder] = []
_parts: list[PartsOf] = []


def register_usage(finder: Finder, parts_of: PartsOf) -> None:
    """Have *finder* asked for texts of a course with a mention, and *parts_of* for what belongs to a lesson.

    For the start of an app.
    """
    _finders.append(finder)
    _parts.append(parts_of)


def uses_of_lesson(lesson: Lesson) -> list[Use]:
    """What belongs to *lesson*, then the texts in use that link to it, by whichever of its slugs. A few queries."""
    parts = [use for parts_of in _parts for use in parts_of(lesson)]
    slugs = [lesson.slug, *lesson.former_addresses.values_list("slug", flat=True)]
    named = dict.fromkeys(use for slug in slugs for use in uses_of(lesson.course, Mention(f"lesson:{slug}")))
    return parts + [use for use in named if (use.kind, use.object_id) != ("courses.lesson", lesson.pk)]


def uses_of_image(image: CourseImage) -> list[Use]:
    """The texts in use that show *image*: drafts, published and scheduled ones. A few queries."""
    return uses_of(image.course, Mention(f"images/{image.name}"))


def uses_of(course: Course, mention: Mention) -> list[Use]:
    return [use for finder in (lessons_with, *_finders) for use in finder(course, mention)]


def lessons_with(course: Course, mention: Mention) -> list[Use]:
    """The lessons whose draft, published or scheduled text has *mention*. One query."""
    named = Q()
    for version in VERSIONS:
        named |= Q(**{f"{version}__body_markdown__contains": mention.text})
    lessons = course.lessons.filter(named).select_related(*VERSIONS).in_course_order()
    return [
        Use("courses.lesson", lesson.pk, lesson.draft.title if lesson.draft else lesson.slug)
        for lesson in lessons
        if any(mention.is_in(version.body_markdown) for version in versions_in_use(lesson))
    ]
