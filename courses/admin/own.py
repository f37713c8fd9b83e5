"""Every page of the admin about content shows and changes that of one's own courses only: see courses.access."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.utils import NestedObjects, get_fields_from_path
from django.db import router
from django.db.models import Model, Q, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from courses.access import NOTHING, editable_by, edits_every_course
from courses.deleting import StillNeeded, delete_row, in_words, parts_of, why_needed
from courses.models import Course, Released


class OwnCoursesAdmin(admin.ModelAdmin):
    """A ModelAdmin of rows that belong to a course.

    Lists, filters, forms, autocompletion, actions and the pages of single rows begin with get_queryset() or ask one of
    the has_…_permission() about the row; a view of a subclass does the same.
    """

    course_path: str  # the way from a row to its course, for a query: "course", "lesson__course"; "pk" for courses

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(editable_by(request.user, self.course_path))

    def is_own(self, request: HttpRequest, row: Model | None) -> bool:
        """Whether the request may be about *row*; None stands for rows in general, and for one that is being added."""
        if row is None or row.pk is None or edits_every_course(request.user):
            return True
        return self.model._default_manager.filter(editable_by(request.user, self.course_path), pk=row.pk).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self.is_own(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self.is_own(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row. Raises Http404 for an author where there is none for them, whether somebody else has one or not."""
        found = super().get_object(request, object_id, from_field)
        if found is None and not edits_every_course(request.user):
            raise Http404
        return found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        """The form, with one's own rows alone to choose from: in every field, whoever made it."""
        form = super().get_form(request, obj, change=change, **kwargs)
        model_admin = self

        class OwnForm(form):  # type: ignore[valid-type,misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                for field in self.fields.values():
                    if isinstance(field, ModelChoiceField) and field.queryset is not None:
                        own = model_admin.own_rows(request, field.queryset.model)
                        if own is not None:
                            field.queryset = field.queryset.filter(own)

        return OwnForm

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Actions take rows in one order, however a list is sorted: two that lock the same rows would wait for each
        other for ever.
        """
        return super().response_action(request, queryset.order_by("pk"), *args, **kwargs)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filters; those by rows of courses offer one's own."""
        filters = super().get_list_filter(request)
        return [(found, OwnRowsFilter) if self._is_by_rows(request, found) else found for found in filters]

    def _is_by_rows(self, request: HttpRequest, found: Any) -> bool:
        if not isinstance(found, str):
            return False
        model = get_fields_from_path(self.model, found)[-1].related_model
        return model is not None and self.own_rows(request, model) is not None

    def with_courses(self, request: HttpRequest, columns: Iterable[Any], name: str) -> list[Any]:
        """*columns* with "<name>_and_course" in the place of *name* where there are several courses.

        One query; Django asks twice for a list.
        """
        own = self.own_rows(request, Course)
        are_several = Course.objects.filter(NOTHING if own is None else own)[:2].count() > 1
        return [f"{name}_and_course" if column == name and are_several else column for column in columns]

    def own_rows(self, request: HttpRequest, model: type[Model]) -> Q | None:
        """Those of *model* that may be chosen from; None where they do not belong to courses."""
        there = self.admin_site._registry.get(model)
        return editable_by(request.user, there.course_path) if isinstance(there, OwnCoursesAdmin) else None


class OwnRowsFilter(RelatedFieldListFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        own = model_admin.own_rows(request, field.related_model)
        rows = field.related_model._default_manager.filter(NOTHING if own is None else own)
        if ordering := self.field_admin_ordering(field, request, model_admin):
            rows = rows.order_by(*ordering)
        if issubclass(field.related_model, Released):
            rows = rows.select_related("draft")  # for their titles
        if not hasattr(field.related_model, "course"):
            return [(row.pk, str(row)) for row in rows]
        rows = list(rows.select_related("course"))
        names_courses = len({row.course_id for row in rows}) > 1
        return [(row.pk, f"{row} ({row.course})" if names_courses else str(row)) for row in rows]


class DeletedOneByOne(OwnCoursesAdmin):
    """Rows go one by one, with what belongs to them, and only where nothing needs them (courses.deleting).

    Who may delete in general gets the page, which says what is in the way. What belongs to a row needs no permission
    of its own.
    """

    delete_confirmation_template = "admin/delete_row.html"

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """For the page: how many rows of each kind go, in words of staff, and what is in the way. *objs* is one row."""
        (row,) = objs
        if reason := why_needed(row):
            return [], {}, set(), [reason]
        found: list[tuple[Any, int]] = []
        for rows in filter(None, [*map(list, parts_of(row)), [row]]):
            going = NestedObjects(using=router.db_for_write(self.model), origin=rows)
            going.collect(rows)
            found += [(model, len(instances)) for model, instances in going.model_objs.items()]
        return [], in_words(found), set(), []

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        response = super().render_delete_form(request, context)
        if request.method == "POST":  # it is not confirmed: something is in the way
            response.status_code = 409
        return response

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except StillNeeded as refusal:  # somebody began to need it after get_deleted_objects() had asked
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.path)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_row(row=obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would not ask about each row
        return actions
