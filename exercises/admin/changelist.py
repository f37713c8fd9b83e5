"""The list of rows in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext


class CarefulChangeList(ChangeList):
    """Treats a NUL in a filter as any value that cannot be: PostgreSQL refuses it only when the rows are read."""

    def get_filters_params(self, params: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
        found: dict[str, list[str]] = super().get_filters_params(params)
        if any("\0" in value for values in found.values() for value in values):
            raise IncorrectLookupParameters("a filter holds a NUL")
        return found


class NamedValues(AllValuesFieldListFilter):
    """All values of a text; the empty one has words, too, or its link would have no name."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or gettext("none")}


class CarefulFilters:
    """For a ModelAdmin with filters on texts."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CarefulChangeList
