"""A course's rows as the files would have them: what an export writes, and what a load compares with the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from courses.course_files import CourseFile, LessonFile, ModuleEntry
from courses.models import Course, Lesson, LessonVersion

# A link to a lesson, as it is written: inline, by reference, or as HTML.
LINK = re.compile(r"""(?P<before>\]\(\s*<?|\]:\s*<?|href=["'])lesson:(?P<slug>[a-z0-9-]+)""")


def former_names(course: Course) -> dict[str, str]:
    """The slugs that lessons of *course* had, each with the present one. One query."""
    return dict(course.former_lesson_addresses.values_list("slug", "lesson__slug"))


def with_present_names(text: str, names: Mapping[str, str]) -> str:
    """*text* with links to lessons by their present slugs; *names* is what former_names() gives."""
    if not names:
        return text
    return LINK.sub(lambda link: f"{link['before']}lesson:{names.get(link['slug'], link['slug'])}", text)


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
