"""The list of rows in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest


class CarefulChangeList(ChangeList):
    """Treats a NUL in a filter as any value that cannot be: PostgreSQL refuses it only when the rows are read."""

    def get_filters_params(self, params: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
        found: dict[str, list[str]] = super().get_filters_params(params)
        if any("\0" in value for values in found.values() for value in values):
            raise IncorrectLookupParameters("a filter holds a NUL")
        return found


class CarefulFilters:
    """For a ModelAdmin with filters on texts."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CarefulChangeList
