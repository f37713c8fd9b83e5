"""Write a course from the database into a folder of files, in the form that load_course reads without a difference."""

from __future__ import annotations

from pathlib import Path

from courses.loading import registered_parts
from courses.models import Course
from courses.snapshots import course_as_file, lesson_as_file


class ExportRefused(Exception):
    """The course cannot be written there; the message says why."""


def export_course(course: Course, folder: Path) -> list[str]:
    """Write the newest texts of *course* into *folder*; return the labels of the files that are new or differ.

    Files of lessons that the course does not have are deleted, so that the folder loads again.
    Raises ExportRefused before anything is written.
    """
    if folder.name != course.slug:
        raise ExportRefused(f"The folder must be called {course.slug}: a course has the name of its folder.")
    lessons = list(course.lessons.select_related("draft"))
    if empty := [lesson.slug for lesson in lessons if lesson.draft is None]:
        raise ExportRefused(f"Write a text first for {', '.join(empty)}.")
    files = {"course.toml": course_as_file(course).to_toml()}
    files |= {f"lessons/{lesson.slug}.md": lesson_as_file(lesson).to_text() for lesson in lessons}

    (folder / "lessons").mkdir(parents=True, exist_ok=True)
    written = [label for label, text in files.items() if write_text(folder / label, text)]
    for path in (folder / "lessons").glob("*.md"):
        if f"lessons/{path.name}" not in files:
            path.unlink()
            written.append(f"lessons/{path.name}")
    for part in registered_parts():
        part.export(course, folder)
    return written


def write_text(path: Path, text: str) -> bool:
    """Write *text* as UTF-8 with \\n line ends; False when the file has it already."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.write_bytes(content)
    return True
