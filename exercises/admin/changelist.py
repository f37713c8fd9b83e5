"""The list of rows in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter, RelatedFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from courses.access import editable_by
from courses.models import Course


class CarefulChangeList(ChangeList):
    """Treats a NUL in a filter as any value that cannot be: PostgreSQL refuses it only when the rows are read."""

    def get_filters_params(self, params: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
        found: dict[str, list[str]] = super().get_filters_params(params)
        if any("\0" in value for values in found.values() for value in values):
            raise IncorrectLookupParameters("a filter holds a NUL")
        return found


class KnownCourses(RelatedFieldListFilter):
    """The courses that who asks may know of: published ones, and those that they work on."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        known = Course.objects.published() | Course.objects.filter(editable_by(request.user, "pk"))
        return [(course.pk, str(course)) for course in known]


class NamedCodes(AllValuesFieldListFilter):
    """All values of a column of codes; the empty one has words, or its link would have no name."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *codes = super().choices(changelist)
        yield everything
        for choice in codes:
            yield {**choice, "display": as_code(str(choice["display"])) or gettext("none")}


def as_code(code: str) -> SafeString:
    """A code as what it is: the same in every language."""
    return format_html("<code>{}</code>", code) if code else SafeString("")


class CarefulFilters:
    """For a ModelAdmin with filters on texts."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CarefulChangeList
