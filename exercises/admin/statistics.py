"""Figures in the admin: tables of exercises.statistics, with filters, what each figure means, and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy

from courses.models import Course
from exercises.models import Exercise, Statistics
from exercises.statistics import TABLES, Column, Scope, Table, exercise_tables

SHOWN_DAYS = 90  # unless somebody chooses others
LONG_MS = 10_000  # from which on nobody reads milliseconds
HEADINGS = {
    "exercises": gettext_lazy("Exercises"),
    "lessons": gettext_lazy("Lessons"),
    "days": gettext_lazy("Days"),
    "cases": gettext_lazy("Where learners fail, case by case"),
    "errors": gettext_lazy("Most common first errors"),
}
# A spreadsheet takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ScopeForm(forms.Form):
    course = forms.ChoiceField(required=False, label=gettext_lazy("Course"))
    since = forms.DateField(
        required=False, label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label=gettext_lazy("To"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, courses: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["course"]
        field.choices = [("", gettext("All")), *courses.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("This day is before the first one."))
        return cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of a page."""

    name: str
    table: Table
    csv_url: str

    @property
    def heading(self) -> Any:
        return HEADINGS[self.name]

    @property
    def definitions(self) -> list[Column]:
        return [column for column in self.table.columns if column.definition]

    @property
    def rows(self) -> Iterator[list[tuple[str, str, str]]]:
        """For each row its cells: (text, unit, address)."""
        for row in self.table.rows:
            cells = [(shown(value, column.unit), column.unit, "")
                     for value, column in zip(row, self.table.columns, strict=True)]  # fmt: skip
            if self.name == "exercises":
                cells[0] = (row[0], "text", reverse("admin:exercises_statistics_exercise", args=[row[0]]))
            yield cells


@admin.register(Statistics)
class StatisticsAdmin(admin.ModelAdmin):
    """Nothing can be changed here, so there are no pages for it."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.exercises_view), name="exercises_statistics_changelist"),
            path("lessons/", view(self.lessons_view), name="exercises_statistics_lessons"),
            path("days/", view(self.days_view), name="exercises_statistics_days"),
            path("exercises/<slug:slug>/", view(self.exercise_view), name="exercises_statistics_exercise"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- Pages ---

    def exercises_view(self, request: HttpRequest) -> HttpResponseBase:
        return self._overview(request, "exercises")

    def lessons_view(self, request: HttpRequest) -> HttpResponseBase:
        return self._overview(request, "lessons")

    def days_view(self, request: HttpRequest) -> HttpResponseBase:
        return self._overview(request, "days")

    def exercise_view(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        """One exercise, case by case."""
        courses = self._courses(request)
        exercise = get_object_or_404(
            Exercise.objects.select_related("draft", "lesson"), slug=slug, lesson__course__in=[pk for pk, *_ in courses]
        )
        form, scope = self._scope(request, courses)
        tables: dict[str, Table] = {}
        if scope is not None:
            cases, errors = exercise_tables(exercise, scope)
            tables = {"cases": cases, "errors": errors}
        title = gettext("%(exercise)s in figures") % {
            "exercise": exercise.draft.title if exercise.draft else exercise.slug
        }
        return self._page(request, form, scope, tables, title=title, page="exercise", exercise=exercise)

    def _overview(self, request: HttpRequest, name: str) -> HttpResponseBase:
        form, scope = self._scope(request, self._courses(request))
        tables = {name: TABLES[name](scope)} if scope is not None else {}
        return self._page(request, form, scope, tables, title=gettext("Statistics"), page=name)

    def _courses(self, request: HttpRequest) -> list[tuple[int, str, str]]:
        """The courses that the reader may look at; asks for the permission first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        courses = self.admin_site.get_model_admin(Course).get_queryset(request)
        return list(courses.order_by("position", "pk").values_list("pk", "slug", "title"))

    def _scope(self, request: HttpRequest, courses: list[tuple[int, str, str]]) -> tuple[ScopeForm, Scope | None]:
        """What is asked for; None when that cannot be counted, which the form then says."""
        asked = {name for name in ("course", "since", "until") if name in request.GET}
        values: Any = request.GET
        if not asked & {"since", "until"}:
            values = {"course": request.GET.get("course", ""), "since": localdate() - timedelta(days=SHOWN_DAYS - 1)}
        form = ScopeForm({slug: title for _, slug, title in courses}, values)
        if not form.is_valid():
            return form, None
        chosen = form.cleaned_data["course"]
        pks = [pk for pk, slug, _ in courses if slug == chosen or not chosen]
        return form, Scope(courses=pks, since=form.cleaned_data["since"], until=form.cleaned_data["until"])

    def _page(
        self,
        request: HttpRequest,
        form: ScopeForm,
        scope: Scope | None,
        tables: dict[str, Table],
        *,
        title: str,
        page: str,
        exercise: Exercise | None = None,
    ) -> HttpResponseBase:
        status = 200 if scope else 422
        wanted = request.GET.get("csv", "")
        if wanted in tables:
            name = f"{exercise.slug}-{wanted}" if exercise else wanted
            return as_csv(tables[wanted], name=name)
        query = request.GET.copy()
        sections = []
        for name, table in tables.items():
            query["csv"] = name
            sections.append(Section(name=name, table=table, csv_url=f"?{query.urlencode()}"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "page": page,
            "pages": [
                (HEADINGS["exercises"], reverse("admin:exercises_statistics_changelist"), page == "exercises"),
                (HEADINGS["lessons"], reverse("admin:exercises_statistics_lessons"), page == "lessons"),
                (HEADINGS["days"], reverse("admin:exercises_statistics_days"), page == "days"),
            ],
            "form": form,
            "sections": sections,
            "exercise": exercise,
        }
        return TemplateResponse(request, "admin/exercises/statistics/page.html", context, status=status)


def shown(value: Any, unit: str) -> str:
    """A figure in words; a dash for none."""
    if value is None:
        return "—"
    if unit == "share":
        percent = round(value * 100)
        percent = min(max(percent, 1), 99) if 0 < value < 1 else percent  # 0 means none, and 100 all
        return gettext("%(percent)s %%") % {"percent": number_format(percent)}
    if unit == "count":
        return number_format(round(value, 1) if value % 1 else int(value))
    if unit == "ms" and value < LONG_MS:
        return gettext("%(ms)s ms") % {"ms": number_format(round(value))}
    if unit in ("seconds", "ms"):
        return _duration(round(value if unit == "seconds" else value / 1000))
    return str(value)


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return gettext("%(seconds)s s") % {"seconds": rest}


# --- CSV -------------------------------------------------------------------------------------------------------------


class _Line:
    """What csv writes to: hands each line on."""

    def write(self, text: str) -> str:
        return text


def as_csv(table: Table, *, name: str) -> StreamingHttpResponse:
    """The table as a download, a line at a time. Shares are from 0 to 1; seconds and milliseconds are named."""
    return StreamingHttpResponse(
        _lines(table),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _lines(table: Table) -> Iterator[str]:
    writer = csv.writer(_Line())
    units = {"seconds": " (s)", "ms": " (ms)"}
    yield writer.writerow([guarded(f"{column.label}{units.get(column.unit, '')}") for column in table.columns])
    for row in table.rows:
        yield writer.writerow([guarded(value) for value in row])


def guarded(value: Any) -> Any:
    """*value* as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else value
    if isinstance(text, str) and text.startswith(FORMULA_STARTS):
        return f"'{text}"
    return text
