"""What pages ask of a course's outline."""

from collections.abc import Collection, Iterable

from django import template

from courses.outline import OutlineLesson, OutlineModule, flat

register = template.Library()


@register.simple_tag
def first_unfinished(outline: Iterable[OutlineModule], done: Collection[int]) -> OutlineLesson | None:
    """The first lesson whose primary key is not in *done*; None when all are."""
    return next((lesson for lesson in flat(outline) if lesson.lesson_id not in done), None)
