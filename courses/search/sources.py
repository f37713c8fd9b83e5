"""Where the search gets its documents from. Other apps register theirs in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from django.urls import reverse

from courses.models import Course, Lesson, SearchEntry
from courses.search.documents import Document, documents_of


class Source(Protocol):
    """A model with `slug` and with `published`, an immutable version or None, of which documents are made."""

    name: str  # short, and kept with every entry

    def published_versions(self) -> QuerySet[Any, Any]:
        """The ids of the versions that a visitor may read now, as a query of one column."""

    def to_index(self) -> QuerySet[Any]:
        """The rows with a published version, whether or not a visitor may read it now, with what documents() needs."""

    def course_of(self, row: Any) -> Course: ...

    def documents(self, row: Any) -> Iterable[Document]:
        """What there is to be found of the row's published version."""

    def address(self, entry: SearchEntry) -> str:
        """The page of an entry, without its anchor. entry.course is loaded."""


class LessonSource:
    name = "lesson"

    def published_versions(self) -> QuerySet[Any, Any]:
        return Lesson.objects.published().values("published_id")

    def to_index(self) -> QuerySet[Lesson]:
        lessons = Lesson.objects.filter(published__isnull=False).in_course_order()
        return lessons.select_related("course", "published")

    def course_of(self, row: Lesson) -> Course:
        return row.course

    def documents(self, row: Lesson) -> Iterable[Document]:
        if row.published is None:
            return ()
        return documents_of(row.published.body_html, title=row.published.title, summary=row.published.summary)

    def address(self, entry: SearchEntry) -> str:
        return reverse("courses:lesson", args=[entry.course.slug, entry.slug])


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Have what *source* publishes found."""
    _sources[source.name] = source


def sources() -> list[Source]:
    return list(_sources.values())


def source_named(name: str) -> Source:
    return _sources[name]


def visible_entries() -> QuerySet[SearchEntry]:
    """Entries of versions that a visitor may read now.

    Asked with every search, so that what is taken offline, held back, deleted or not due yet is never shown.
    """
    visible = Q(pk__in=[])
    for source in sources():
        visible |= Q(source=source.name, version_id__in=source.published_versions())
    return SearchEntry.objects.filter(visible).select_related("course")
