"""A course's rows as the files would have them: what an export writes, and what a load compares with the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.course_files import CourseFile, LessonFile, ModuleEntry
from courses.models import Course, FormerLessonAddress, Lesson, LessonVersion
from courses.site_links import COURSES, former_slugs

# A link to a lesson or to a page of this site, as it is written: inline, by reference, or as HTML.
LINK = re.compile(
    r"""(?P<before>\]\(\s*<?|\]:\s*<?|href=["'])"""
    r"(?:lesson:(?P<lesson>[a-z0-9-]+)|/(?P<section>[a-z-]+)/(?P<slug>[a-z0-9-]+)(?:/(?P<below>[a-z0-9-]+))?)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class FormerNames:
    """Slugs that pages had, each with the present one; those of lessons by the present slug of their course."""

    course: str  # the present slug of the one whose texts are meant
    lessons: Mapping[str, Mapping[str, str]]
    others: Mapping[str, Mapping[str, str]]  # by section


def former_names(course: Course) -> FormerNames:
    """What links in texts of *course* may name otherwise by now. One query, and one for each section."""
    lessons: dict[str, dict[str, str]] = {}
    for of_course, slug, present in FormerLessonAddress.objects.values_list("course__slug", "slug", "lesson__slug"):
        lessons.setdefault(of_course, {})[slug] = present
    return FormerNames(course.slug, lessons, former_slugs())


def with_present_names(text: str, names: FormerNames) -> str:
    """*text* with links to lessons and pages by their present slugs."""

    def present(link: re.Match[str]) -> str:
        if name := link["lesson"]:
            return f"{link['before']}lesson:{names.lessons.get(names.course, {}).get(name, name)}"
        section, below = link["section"], link["below"]
        slug = names.others.get(section, {}).get(link["slug"], link["slug"])
        if below and section == COURSES:
            below = names.lessons.get(slug, {}).get(below, below)
        return f"{link['before']}/{section}/{slug}" + (f"/{below}" if below else "")

    return LINK.sub(present, text)


def course_as_file(course: Course) -> CourseFile:
    """Two queries."""
    modules = course.modules.prefetch_related("lessons")
    return CourseFile(
        title=course.title,
        summary=course.summary,
        language=course.language,
        draft=course.held_back,
        modules=tuple(
            ModuleEntry(module.slug, module.title, tuple(_lesson_slugs(module.lessons.all()))) for module in modules
        ),
    )


def _lesson_slugs(lessons: Iterable[Lesson]) -> list[str]:
    return [lesson.slug for lesson in sorted(lessons, key=lambda lesson: (lesson.position, lesson.pk))]


def lesson_as_file(lesson: Lesson) -> LessonFile:
    """The newest text, published or not. ValueError when the lesson has none yet."""
    if lesson.draft is None:
        raise ValueError(f"the lesson {lesson} has no text")
    return version_as_file(lesson.draft, draft=lesson.held_back)


def version_as_file(version: LessonVersion, *, draft: bool = False) -> LessonFile:
    return LessonFile(version.title, version.summary, version.minutes, draft, version.body_markdown)
