"""Which exercises name a lesson or a picture, and which belong to a lesson: for courses.usage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from courses.models import Course, Lesson
from courses.usage import VERSIONS, Mention, Use, versions_in_use
from exercises.models import Exercise, ExerciseVersion


def exercises_with(course: Course, mention: Mention) -> Iterator[Use]:
    """The exercises whose draft, published or scheduled version has *mention* in its texts. One query."""
    # Their texts are in columns of several kinds: read here rather than in a query of many parts.
    exercises = Exercise.objects.filter(lesson__course=course).select_related(*VERSIONS).in_course_order()
    for exercise in exercises:
        if any(mention.is_in(text) for version in versions_in_use(exercise) for text in texts_of(version)):
            yield _use(exercise)


def exercises_of_lesson(lesson: Lesson) -> Iterable[Use]:
    """One query."""
    exercises = Exercise.objects.filter(lesson=lesson).select_related("draft").in_course_order()
    return [_use(exercise, belongs=True) for exercise in exercises]


def _use(exercise: Exercise, *, belongs: bool = False) -> Use:
    title = exercise.draft.title if exercise.draft else exercise.slug
    return Use("exercises.exercise", exercise.pk, title, belongs)


def texts_of(version: ExerciseVersion) -> Iterator[str]:
    """All its Markdown, and the TOML that may hold some."""
    yield version.prompt_markdown
    yield version.solution_markdown
    yield version.cases_toml
    yield from version.hints
