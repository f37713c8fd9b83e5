"""What a course is made of, below its form: modules, lessons and what belongs to these, each with its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from courses.admin.ordering import name_of
from courses.models import Course, Lesson, Module

# Models of other apps whose rows belong to a lesson, which they call so.
_of_lessons: list[type[Model]] = []


def register_of_lessons(model: type[Model]) -> None:
    """Have the rows of *model*, which have a `lesson` and a `draft`, named with it. Called where its admin is."""
    _of_lessons.append(model)


@dataclass(frozen=True, slots=True)
class Adding:
    """A link to the form for a new row, with its place filled in. what: its kind, in words."""

    what: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. An empty address: the reader may not look there, or there is none."""

    title: str
    url: str
    state: str = ""
    publishing_url: str = ""
    entries: list[Entry] = field(default_factory=list)
    adding: Sequence[Adding] = ()


def contents_of(request: HttpRequest, course: Course) -> tuple[list[Entry], Sequence[Adding]]:
    """Its modules, and what can be added to them. A query for each kind of row, however many there are."""
    modules = {row.pk: _entry(request, row, _adding(request, Lesson, "module", row)) for row in course.modules.all()}
    lessons: dict[int, Entry] = {}
    if _may_look(request, Lesson):
        for row in course.lessons.select_related("draft").in_course_order():
            adding = [one for model in _of_lessons for one in _adding(request, model, "lesson", row)]
            lessons[row.pk] = _entry(request, row, adding)
            modules[row.module_id].entries.append(lessons[row.pk])
    for model in _of_lessons if lessons else ():
        if _may_look(request, model):
            rows: Any = model._default_manager.filter(lesson__in=lessons)
            for row in rows.select_related("draft").order_by("position", "pk"):
                lessons[row.lesson_id].entries.append(_entry(request, row))
    return list(modules.values()), _adding(request, Module, "course", course)


def _may_look(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)


def _adding(request: HttpRequest, model: type[Model], place: str, parent: Model) -> list[Adding]:
    if not admin.site.get_model_admin(model).has_add_permission(request):
        return []
    return [Adding(str(model._meta.verbose_name), f"{_url(model, 'add')}?{place}={parent.pk}")]


def _entry(request: HttpRequest, row: Any, adding: Sequence[Adding] = ()) -> Entry:
    model = type(row)
    if not _may_look(request, model):
        return Entry(name_of(row), "", adding=adding)
    publishing_url = _url(model, "publishing", row.pk) if hasattr(row, "state") else ""
    return Entry(name_of(row), _url(model, "change", row.pk), getattr(row, "state", ""), publishing_url, adding=adding)


def _url(model: type[Model], page: str, *arguments: int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)
