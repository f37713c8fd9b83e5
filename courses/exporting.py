"""Write a course from the database into its files, in the form that courses.loading reads without a difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext

from courses.course_files import LessonFile
from courses.course_folder import FilesRefused, write_archive, write_folder
from courses.loading import COURSE, names_at_the_top, registered_parts
from courses.models import Course, Lesson
from courses.publishing import render_lesson
from courses.site_links import loading_files_of
from courses.snapshots import FormerNames, course_as_file, former_names, lesson_as_file, with_present_names

TEXTS_BELOW = 2  # exercises/<slug>/prompt.md; deeper there are programs


class ExportRefused(Exception):
    """The course cannot be written there; the message says why."""


def exported_files(course: Course) -> dict[str, bytes]:
    """The newest texts of *course*, drafts included, as its files: by their path, which orders them.

    Links have the present slugs: where the files are loaded, nobody may know the former ones. What could not be
    published as it is says that it is a draft, or it could not be loaded again. Raises ExportRefused when a lesson has
    no text.
    """
    lessons = list(course.lessons.select_related("draft"))
    if empty := [lesson.slug for lesson in lessons if lesson.draft is None]:
        raise ExportRefused(gettext("Write a text first for %(lessons)s.") % {"lessons": ", ".join(empty)})
    files = {COURSE: course_as_file(course).to_toml().encode()}
    files |= {f"images/{name}": bytes(data) for name, data in course.images.values_list("name", "data")}
    with loading_files_of(course.slug):  # their problems are those that a load would find
        files |= {f"lessons/{lesson.slug}.md": _lesson_file(course, lesson).to_text().encode() for lesson in lessons}
        for part in registered_parts():
            files |= part.export(course)
    names = former_names(course)
    return {path: _with_present_names(path, files[path], names) for path in sorted(files)}


def _lesson_file(course: Course, lesson: Lesson) -> LessonFile:
    file = lesson_as_file(lesson)
    has_problems = not file.draft and render_lesson(course, file.body_markdown).problems
    return replace(file, draft=True) if has_problems else file


def _with_present_names(path: str, data: bytes, names: FormerNames) -> bytes:
    """The file, in which links have the present names if it is a text of the course; programs stay as they are."""
    is_text = path.startswith(("lessons/", "exercises/")) and path.count("/") <= TEXTS_BELOW
    return with_present_names(data.decode(), names).encode() if is_text else data


def export_course(course: Course, folder: Path) -> list[str]:
    """Make *folder* the files of *course*; return the paths that are new, differ, or were removed.

    What else is in the folders of a course is removed, so that it loads again. Raises ExportRefused before anything
    is written, also for a folder that has something else in it than a course.
    """
    if folder.name != course.slug:
        raise ExportRefused(
            gettext("The folder must be called %(name)s: a course has the name of its folder.") % {"name": course.slug}
        )
    files = exported_files(course)
    try:
        return write_folder(folder, files, names_at_the_top())
    except FilesRefused as refusal:
        raise ExportRefused(str(refusal)) from refusal


def export_archive(course: Course) -> bytes:
    """A .zip archive of *course*; the same texts give the same bytes. Raises ExportRefused."""
    try:
        return write_archive(course.slug, exported_files(course))
    except FilesRefused as refusal:
        raise ExportRefused(str(refusal)) from refusal
