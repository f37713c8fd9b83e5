"""Deleting content, row by row: never what learners have or worked on, or what something else needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet, RestrictedError
from django.utils.translation import gettext, gettext_lazy

from courses.models import (
    Course,
    CourseImage,
    CourseOutline,
    FormerCourseAddress,
    FormerLessonAddress,
    Module,
    Released,
    SearchEntry,
)
from courses.usage import uses_of_image

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OLD_ADDRESSES = gettext_lazy("old addresses, which then lead nowhere")


class StillNeeded(Exception):
    """The row cannot go; the text says what to do first, or instead."""


Reason = TypeVar("Reason", bound=Callable[[Any], str])
Parts = TypeVar("Parts", bound=Callable[[Any], list[QuerySet[Any]]])
_reasons: list[tuple[type[Model], Callable[[Any], str]]] = []
_parts: list[tuple[type[Model], Callable[[Any], list[QuerySet[Any]]]]] = []
# What staff are told that goes along, of models that have no page of their own; "": nothing.
_words: dict[type[Model], StrOrPromise] = {
    CourseOutline: "",  # made of the rest
    SearchEntry: "",
    Course.authors.through: "",  # the accounts stay
    FormerCourseAddress: OLD_ADDRESSES,
    FormerLessonAddress: OLD_ADDRESSES,
}


def reason_to_keep(model: type[Model], *, comes_first: bool = False) -> Callable[[Reason], Reason]:
    """Have the function asked what stands in the way of deleting a row of *model*, in words; "" where nothing does.

    comes_first: it is said instead of the other reasons, which can be removed.
    """

    def register(reason: Reason) -> Reason:
        _reasons.insert(0 if comes_first else len(_reasons), (model, reason))
        return reason

    return register


def goes_along(model: type[Model]) -> Callable[[Parts], Parts]:
    """Have what the function gives of a row of *model* deleted before that: what no foreign key takes along."""

    def register(parts: Parts) -> Parts:
        _parts.append((model, parts))
        return parts

    return register


def told_as(words: StrOrPromise, *models: type[Model]) -> None:
    """Have rows of *models* called *words* where somebody is told what goes; "": not at all."""
    _words.update(dict.fromkeys(models, words))


def in_words(counts: Iterable[tuple[type[Model], int]]) -> dict[str, int]:
    """How many of each kind there are, as staff calls them."""
    told: Counter[str] = Counter()
    for model, count in counts:
        told[str(_words.get(model, model._meta.verbose_name_plural))] += count
    return {words: count for words, count in told.items() if words}


def why_needed(row: Any) -> str:
    """What stands in the way of deleting *row*, in words; "" where nothing does."""
    reasons = (reason(row) for model, reason in _reasons if isinstance(row, model))
    return next(filter(None, reasons), "")


def parts_of(row: Any) -> Iterator[QuerySet[Any]]:
    """What is deleted before *row*, in this order."""
    return (rows for model, parts in _parts if isinstance(row, model) for rows in parts(row))


@reason_to_keep(Course)
@reason_to_keep(Released)
def _for_learners(row: Course | Released) -> str:
    if row.published_at is None or row.archived_at is not None:
        return ""
    return gettext(
        "It is published: learners have it, or will. Take it offline first. Or archive it instead: "
        "it is then in no list, and its page says that it was retired."
    )


@reason_to_keep(Module)
def _has_lessons(row: Module) -> str:
    return gettext("Move or delete its lessons first.") if row.lessons.exists() else ""


@reason_to_keep(CourseImage)
def _is_shown(row: CourseImage) -> str:
    return gettext("Take it out of the texts first that show it.") if uses_of_image(row) else ""


@transaction.atomic
def delete_row(*, row: Any) -> None:
    """Delete *row* with what belongs to it. Raises StillNeeded."""
    stored = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if reason := why_needed(stored):
        raise StillNeeded(reason)
    try:
        for rows in parts_of(stored):
            rows.delete()
        row.delete()
    except (ProtectedError, RestrictedError) as error:
        raise StillNeeded(gettext("Something began to need it meanwhile. Load the page again to see what.")) from error
