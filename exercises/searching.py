"""What the search finds of exercises. Never their cases' expectations, solutions or hints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from courses.models import Course, SearchEntry
from courses.search.documents import Document, text_of
from exercises.answers import our_case_names
from exercises.models import Exercise, ExerciseVersion


class ExerciseSource:
    """Registered with courses.search.sources."""

    name = "exercise"

    def published_versions(self) -> QuerySet[Exercise, Any]:
        return Exercise.objects.published().values("published_id")

    def to_index(self) -> QuerySet[Exercise]:
        exercises = Exercise.objects.filter(published__isnull=False).in_course_order()
        return exercises.select_related("published", "lesson__course")

    def course_of(self, row: Exercise) -> Course:
        return row.lesson.course

    def documents(self, row: Exercise) -> Iterable[Document]:
        version = row.published
        if version is None:
            return ()
        framework = ExerciseVersion.Framework(version.framework).label if version.framework else ""
        # Where the cases are called by us, in the language of each reader, their names say nothing about the exercise.
        names = [] if our_case_names(version) else [str(case["name"]) for case in version.cases if "name" in case]
        body = "\n".join([text_of(version.instructions_html), *names])
        return [Document(kind=SearchEntry.Kind.EXERCISE, title=version.title, label=framework, body=body)]

    def address(self, entry: SearchEntry) -> str:
        return reverse("exercises:exercise", args=[entry.slug])
