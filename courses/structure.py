"""Services that write a course's structure: courses, modules, lessons without their text, and the order of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext

from courses.access import edits_every_course
from courses.addresses import check_course_slug, check_lesson_slug
from courses.models import Course, Lesson, Module
from courses.publishing import one_line


class CannotMove(ValueError):
    """The row cannot go there; the text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is: number counts from 1; parent is None where all rows are one list."""

    number: int
    total: int
    parent: Any


@transaction.atomic
def save_course(*, course: Course, author: User | None = None) -> Course:
    """Store a course's own texts, each on one line, and nothing else; a new one goes to the end of the list.

    An *author* who does not work on every course works on this new one from now on.

    Raises AddressTaken for a slug that another course had.
    """
    course.title, course.summary = one_line(course.title), one_line(course.summary)
    is_new = course.pk is None
    if is_new:
        check_course_slug(course.slug)
        course.position = _next_position(Course.objects.all())
    course.save(update_fields=None if is_new else ["title", "summary", "language"])
    if is_new and author is not None and not edits_every_course(author):
        course.authors.add(author)
    return course


@transaction.atomic
def save_module(*, module: Module) -> Module:
    """Store a module's title; a new one goes to the end of its course."""
    module.title = one_line(module.title)
    is_new = module.pk is None
    if is_new:
        module.position = _next_position(module.course.modules.all())
    module.save(update_fields=None if is_new else ["title"])
    return module


@transaction.atomic
def add_lesson(*, module: Module, slug: str) -> Lesson:
    """A lesson without a text, at the end of *module*. save_lesson_draft() gives it one.

    Raises AddressTaken for the slug of another lesson of the course, or one that another had.
    """
    check_lesson_slug(slug, course=module.course)
    position = _next_position(module.lessons.all())
    return Lesson.objects.create(course_id=module.course_id, module=module, slug=slug, position=position)


@transaction.atomic
def assign_parent(*, row: Any, parent: Any) -> None:
    """Put *row* at the end of the list of another parent, or a new one at the end of its own; else nothing changes.

    Raises CannotMove for a parent in another course.
    """
    name = row.ORDERED_IN
    stored = None if row.pk is None else type(row)._default_manager.get(pk=row.pk)
    if stored is not None and getattr(stored, f"{name}_id") == parent.pk:
        return
    if stored is not None:
        _check_parents(getattr(stored, name), parent)
    setattr(row, name, parent)
    row.position = _next_position(_list_of(row, parent))
    if stored is not None:
        row.save(update_fields=[name, "position"])


@transaction.atomic
def move(row: Any, *, up: bool) -> bool:
    """Change places with the neighbour above (or below); False at the end of the list.

    A lesson at the top (bottom) of its module goes to the end of the module above (the top of the one below).
    """
    siblings = list(_list_of(row, _parent_of(row)).select_for_update())
    index = siblings.index(row)
    other = index - 1 if up else index + 1
    if 0 <= other < len(siblings):
        siblings[index], siblings[other] = siblings[other], siblings[index]
        _number(siblings)
        return True
    return isinstance(row, Lesson) and _move_to_neighbour_module(row, up=up)


@transaction.atomic
def move_to(row: Any, *, before: Any = None, parent: Any = None) -> bool:
    """Put *row* before another one, or at the end of the list of *parent* (None: of its own); False when it is there.

    Lessons may go to another module, exercises to another lesson, of the same course. Raises CannotMove.
    """
    name, old = row.ORDERED_IN, _parent_of(row)
    new = _parent_of(before) if before is not None else parent or old
    if new != old:
        _check_parents(old, new)
    siblings = list(_list_of(row, new).select_for_update())
    earlier = list(siblings) if new == old else None
    if row in siblings:
        siblings.remove(row)
    siblings.insert(siblings.index(before) if before is not None and before != row else len(siblings), row)
    if before == row or siblings == earlier:
        return False
    if new != old:
        setattr(row, name, new)
        row.save(update_fields=[name])
    # The row object of the caller is among them: its position follows.
    _number([row if sibling.pk == row.pk else sibling for sibling in siblings])
    return True


def place_of(row: Any) -> Place:
    """Two queries."""
    siblings = list(_list_of(row, _parent_of(row)).values_list("pk", flat=True))
    return Place(siblings.index(row.pk) + 1, len(siblings), _parent_of(row))


def parents_for(row: Any) -> list[Any]:
    """Where *row* could go: the modules of its course, or the lessons, in order; [None] where all are one list."""
    parent = _parent_of(row)
    if isinstance(parent, Module):
        return list(Module.objects.filter(course_id=parent.course_id))
    if isinstance(parent, Lesson):
        return list(Lesson.objects.filter(course_id=parent.course_id).in_course_order().select_related("draft"))
    return [parent]


def children_of(row: Any, parents: Sequence[Any]) -> dict[Any, list[Any]]:
    """The rows like *row* of each of *parents*, in order and with their drafts. One query."""
    rows: QuerySet[Any] = type(row)._default_manager.order_by("position", "pk")
    if hasattr(type(row), "draft"):
        rows = rows.select_related("draft")
    if not row.ORDERED_IN:
        return {None: list(rows)}
    found: dict[Any, list[Any]] = {parent: [] for parent in parents}
    by_pk = {parent.pk: children for parent, children in found.items()}
    for child in rows.filter(**{f"{row.ORDERED_IN}__in": parents}):
        by_pk[getattr(child, f"{row.ORDERED_IN}_id")].append(child)
    return found


def _check_parents(old: Any, new: Any) -> None:
    if type(old) is not type(new) or isinstance(new, Course) or old.course_id != new.course_id:
        raise CannotMove(gettext("It can be moved within its course only."))


def _move_to_neighbour_module(lesson: Lesson, *, up: bool) -> bool:
    modules = list(Module.objects.filter(course_id=lesson.course_id))
    other = modules.index(lesson.module) + (-1 if up else 1)
    if not 0 <= other < len(modules):
        return False
    first = None if up else _list_of(lesson, modules[other]).first()
    return move_to(lesson, before=first, parent=modules[other])


def _parent_of(row: Any) -> Any:
    return getattr(row, row.ORDERED_IN) if row.ORDERED_IN else None


def _list_of(row: Any, parent: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(row)._default_manager.order_by("position", "pk")
    return rows.filter(**{row.ORDERED_IN: parent}) if row.ORDERED_IN else rows


def _number(rows: Sequence[Any]) -> None:
    """Write positions 1, 2, 3, … where they differ."""
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _next_position(rows: QuerySet[Any]) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1
