"""Services that write a course's structure: courses, modules, lessons without their text, and their order."""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet

from courses.models import Course, Lesson, Module
from courses.publishing import one_line

Positioned = TypeVar("Positioned", Course, Module, Lesson)


@transaction.atomic
def save_course(*, course: Course) -> Course:
    """Store a course's own texts, each on one line; a new one goes to the end of the list."""
    course.title, course.summary = one_line(course.title), one_line(course.summary)
    if course.pk is None:
        course.position = _next_position(Course.objects.all())
    course.save()
    return course


@transaction.atomic
def save_module(*, module: Module) -> Module:
    """Store a module; a new one goes to the end of its course."""
    module.title = one_line(module.title)
    if module.pk is None:
        module.position = _next_position(module.course.modules.all())
    module.save()
    return module


@transaction.atomic
def add_lesson(*, module: Module, slug: str) -> Lesson:
    """A lesson without a text, at the end of *module*. save_lesson_draft() gives it one."""
    position = _next_position(module.lessons.all())
    return Lesson.objects.create(course_id=module.course_id, module=module, slug=slug, position=position)


@transaction.atomic
def assign_module(*, lesson: Lesson, module: Module) -> None:
    """Put *lesson* at the end of another module of its course; into its own module: nothing changes.

    Raises ValueError for a module of another course.
    """
    if module.course_id != lesson.course_id:
        raise ValueError(f"{module} is in another course than {lesson}")
    if module.pk != lesson.module_id:
        lesson.module = module
        lesson.position = _next_position(module.lessons.all())
        lesson.save(update_fields=["module", "position"])


@transaction.atomic
def move(row: Positioned, *, up: bool) -> bool:
    """Change places with the neighbour above (or below); False at the end of the list.

    A lesson at the top (bottom) of its module goes to the end of the module above (the top of the one below).
    """
    siblings = list(_siblings(row).select_for_update())
    index = siblings.index(row)
    other = index - 1 if up else index + 1
    if 0 <= other < len(siblings):
        siblings[index], siblings[other] = siblings[other], siblings[index]
        _number(siblings)
        return True
    return isinstance(row, Lesson) and _move_to_neighbour_module(row, up=up)


def _move_to_neighbour_module(lesson: Lesson, *, up: bool) -> bool:
    modules = list(Module.objects.filter(course_id=lesson.course_id))
    other = modules.index(lesson.module) + (-1 if up else 1)
    if not 0 <= other < len(modules):
        return False
    lesson.module = modules[other]
    lesson.save(update_fields=["module"])
    there = [row for row in modules[other].lessons.all() if row.pk != lesson.pk]
    _number([*there, lesson] if up else [lesson, *there])
    return True


def _siblings(row: Positioned) -> QuerySet[Positioned]:
    rows = type(row)._default_manager.order_by("position", "pk")
    if isinstance(row, Module):
        return rows.filter(course_id=row.course_id)
    if isinstance(row, Lesson):
        return rows.filter(module_id=row.module_id)
    return rows


def _number(rows: list[Positioned]) -> None:
    """Write positions 1, 2, 3, … where they differ."""
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _next_position(rows: QuerySet[Positioned]) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1
