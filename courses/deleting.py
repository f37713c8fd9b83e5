"""Deleting content, row by row: never what learners have, or what something else needs."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from courses.models import Course, CourseImage, Module, Released
from courses.usage import uses_of_image


class StillNeeded(Exception):
    """The row cannot go; the text says what to do first."""


@singledispatch
def why_needed(row: Any) -> str:
    """What stands in the way of deleting *row*, in words; "" where nothing does. Apps register their own models."""
    return ""


@why_needed.register
def _course(row: Course) -> str:
    return gettext("Take the course offline first: it goes with everything in it.") if row.published_at else ""


@why_needed.register
def _module(row: Module) -> str:
    return gettext("Move or delete its lessons first.") if row.lessons.exists() else ""


@why_needed.register
def _released(row: Released) -> str:
    return gettext("Take it offline first: learners have its page, or will.") if row.published_id is not None else ""


@why_needed.register
def _image(row: CourseImage) -> str:
    return gettext("Take it out of the texts first that show it.") if uses_of_image(row) else ""


@transaction.atomic
def delete_row(*, row: Any) -> None:
    """Delete *row* with what belongs to it. Raises StillNeeded."""
    stored = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if reason := why_needed(stored):
        raise StillNeeded(reason)
    row.delete()
