"""Pages whose address is like one that does not exist: for those who mistyped it, or follow an old link."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from courses.models import Course
from courses.outline import OutlineExercise, OutlineLesson, outline_of

LIKE_ENOUGH = 0.6  # of 1, as difflib measures
MAX_LENGTH = 60  # characters of an address that are compared: no slug is longer


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    title: str
    language: str


def nearest_pages(path: str, *, limit: int) -> list[Page]:
    """The published courses, lessons and exercises whose slug is most like the last part of *path*. One query."""
    wanted = next((part for part in reversed(path.split("/")) if part), "")[:MAX_LENGTH].lower()
    if not wanted:
        return []
    found = sorted(
        ((_likeness(wanted, slug), page) for slug, page in _pages()), key=lambda entry: entry[0], reverse=True
    )
    return [page for likeness, page in found[:limit] if likeness >= LIKE_ENOUGH]


def _likeness(wanted: str, slug: str) -> float:
    if wanted in slug or slug in wanted:
        return 1.0 - abs(len(wanted) - len(slug)) / (10 * max(len(wanted), len(slug)))
    matcher = SequenceMatcher(None, wanted, slug, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE_ENOUGH else 0.0


def _pages() -> list[tuple[str, Page]]:
    pages = []
    for course in Course.objects.published().with_outline():
        pages.append((course.slug, Page(course.get_absolute_url(), course.title, course.language)))
        outline = outline_of(course)
        exercises = [exercise for lesson in outline.lessons for exercise in lesson.exercises]
        found: list[OutlineLesson | OutlineExercise] = [*outline.lessons, *exercises]
        pages.extend((entry.slug, Page(entry.url, entry.title, course.language)) for entry in found)
    return pages
