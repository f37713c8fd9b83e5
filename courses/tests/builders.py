"""Courses for tests, made by the services that staff use."""

from pathlib import Path

from django.utils.timezone import now

from courses.models import Course, Lesson, Module
from courses.publishing import publish_lesson, save_lesson_draft
from courses.structure import add_lesson, save_course, save_module


def make_course(slug: str = "frameworks", *, published: bool = True, title: str = "Frameworks") -> Course:
    """One that is *published* has no lesson yet: as if all it had were gone since."""
    course = Course(slug=slug, title=title, summary="About frameworks.", published_at=now() if published else None)
    return save_course(course=course)


def make_module(course: Course, slug: str = "basics", title: str = "Basics") -> Module:
    return save_module(module=Module(course=course, slug=slug, title=title))


def make_lesson(module: Module, slug: str = "first", *, published: bool = True, **fields: object) -> Lesson:
    lesson = add_lesson(module=module, slug=slug)
    text = {"title": slug.title(), "summary": "You can do it.", "minutes": 5, "body_markdown": "## Why\n\nBecause.\n"}
    save_lesson_draft(lesson=lesson, **(text | fields))
    if published:
        publish_lesson(lesson=lesson)
    return lesson


COURSE_TOML = """\
title = "Small \\"course\\""
summary = "Two lessons."
language = "en"

[[modules]]
slug = "basics"
title = "Basics"
lessons = ["first", "second"]

[[modules]]
slug = "more"
title = "More"
lessons = ["third"]
"""


def lesson_text(title: str = "First", body: str = "Text.\n", *, minutes: int = 5, draft: bool = False) -> str:
    return (
        f'+++\ntitle = "{title}"\nsummary = "You can do it."\nminutes = {minutes}\n'
        f"{'draft = true' + chr(10) if draft else ''}+++\n\n{body}"
    )


def write_course(folder: Path) -> Path:
    """The files of a small course in *folder*/small; returns that path."""
    course = folder / "small"
    (course / "lessons").mkdir(parents=True)
    (course / "course.toml").write_text(COURSE_TOML)
    (course / "lessons/first.md").write_text(lesson_text("First", "See [the next](lesson:second).\n"))
    (course / "lessons/second.md").write_text(lesson_text("Second", "```python\nx = 1\n```\n\nEnd.\n"))
    (course / "lessons/third.md").write_text(lesson_text("Third", "Not ready.\n", draft=True))
    return course


def contents_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
