"""The order of rows in lists of the admin: Move up, Move down, Move to…, and by drag where there is JavaScript.

All of them are one POST to the row's own address. The buttons and the page of "Move to…" are plain forms, so that a
keyboard, a screen reader and a browser without scripts can use them; static/js/admin/order.js adds the rest.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.action_log import noted
from courses.admin.own import OwnCoursesAdmin
from courses.structure import CannotMove, children_of, move, move_to, parents_for, place_of

ARROWS = {"up": "↑", "down": "↓"}


def name_of(row: Any) -> str:
    """What staff call a row: its title where it has one."""
    draft = getattr(row, "draft", None)
    return str(draft.title if draft else row)


class MoveForm(forms.Form):
    """Where to move a row: `to` is "before:<pk>" or "end:<pk of the parent>", without a pk where there is none."""

    to = forms.ChoiceField(label=gettext_lazy("Move it"))

    def __init__(self, row: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        children = children_of(row, parents_for(row))
        self.parents = {parent.pk if parent else None: parent for parent in children}
        self.rows: dict[int, Any] = {}
        groups = []
        for pk, parent in self.parents.items():
            rows = [other for other in children[parent] if other.pk != row.pk]
            self.rows |= {other.pk: other for other in rows}
            choices = [
                (f"before:{other.pk}", gettext("before %(row)s") % {"row": name_of(other)}) for other in rows
            ] + [(f"end:{pk or ''}", gettext("to the end"))]
            groups.append((name_of(parent) if parent else "", choices))
        # Of a list without parents, or with one, no headings are needed.
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 - it is declared above
        to.choices = groups if len(groups) > 1 else groups[0][1]

    def clean_to(self) -> dict[str, Any]:
        """The keyword arguments of move_to()."""
        where, _, pk = self.cleaned_data["to"].partition(":")
        if where == "before":
            return {"before": self.rows[int(pk)]}
        return {"parent": self.parents[int(pk) if pk else None]}


class OrderedAdmin(OwnCoursesAdmin):
    """A ModelAdmin whose list has a column "Order". Use "order_buttons" in list_display."""

    class Media:
        js = [forms.Script("js/admin/order.js", type="module")]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        view = self.admin_site.admin_view(self.move_view)
        return [path("<int:object_id>/move/", view, name=name), *super().get_urls()]

    def has_move_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Without the buttons for those who may only look."""
        columns = list(super().get_list_display(request))
        if not self.has_move_permission(request):
            columns.remove("order_buttons")
        return columns

    @admin.display(description=gettext_lazy("Order"))
    def order_buttons(self, row: Any) -> SafeString:
        # The list is one form, with its CSRF token: a button of it can go to another address.
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_move", args=[row.pk])
        button = (
            '<button type="submit" class="button" id="{way}-{pk}" formaction="{url}" name="direction" value="{way}" '
            'aria-label="{label}">{arrow}</button>'
        )
        labels = {"up": gettext("Move %(row)s up"), "down": gettext("Move %(row)s down")}
        values = (
            {"way": way, "arrow": arrow, "pk": row.pk, "url": url, "label": labels[way] % {"row": name_of(row)}}
            for way, arrow in ARROWS.items()
        )
        buttons = format_html_join("", button, values)
        return format_html(
            '<div class="order-buttons" data-order="{}" data-parent="{}" data-move-url="{}">{}'
            '<a class="button" id="to-{}" href="{}" aria-label="{}">{}</a></div>',
            row.pk,
            getattr(row, f"{row.ORDERED_IN}_id") if row.ORDERED_IN else "",
            url,
            buttons,
            row.pk,
            url,
            gettext("Move %(row)s to another place") % {"row": name_of(row)},
            gettext("Move to…"),
        )

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """POST direction=up or down, or to=<a choice of MoveForm>; back to the list, at the row. GET: the form.

        A script that asks for JSON is told what it is to announce.
        """
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_move_permission(request, row):
            raise PermissionDenied
        direction = request.POST.get("direction", "")
        if request.method == "POST" and direction:
            if direction not in ARROWS:
                return HttpResponse("direction must be up or down", status=400, content_type="text/plain")
            is_moved = move(row, up=direction == "up")
            note = noted(gettext_noop("Moved up.") if direction == "up" else gettext_noop("Moved down."))
            return self._moved(request, row, is_moved, note, f"{direction}-{row.pk}")
        form = MoveForm(row, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                is_moved = move_to(row, **form.cleaned_data["to"])
            except CannotMove as refusal:
                form.add_error("to", ValidationError(str(refusal)))
            else:
                place = place_of(row)
                note = noted(gettext_noop("Moved to place %(number)s."), number=place.number)
                if place.parent:
                    message = gettext_noop("Moved to place %(number)s of %(parent)s.")
                    note = noted(message, number=place.number, parent=str(place.parent))
                return self._moved(request, row, is_moved, note, f"to-{row.pk}")
        if form.errors and is_script(request):
            message = gettext("It cannot be moved there. It can be moved within its course only.")
            return JsonResponse({"message": message}, status=400)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Move"),
            "subtitle": name_of(row),
            "opts": self.opts,
            "original": row,
            "form": form,
        }
        return TemplateResponse(request, "admin/move.html", context, status=422 if form.errors else 200)

    def _moved(
        self, request: HttpRequest, row: Any, is_moved: bool, note: list[dict[str, Any]], anchor: str
    ) -> HttpResponse:
        place = place_of(row)
        values = {"row": name_of(row), "number": place.number, "total": place.total}
        if is_moved:
            self.log_change(request, row, note)
            message = gettext("%(row)s was moved. It is now %(number)s of %(total)s.") % values
            if place.parent is not None:
                message = gettext("%(row)s was moved. It is now %(number)s of %(total)s in %(parent)s.") % {
                    **values,
                    "parent": name_of(place.parent),
                }
        elif anchor.startswith("up"):
            message = gettext("%(row)s is the first one already.") % values
        elif anchor.startswith("down"):
            message = gettext("%(row)s is the last one already.") % values
        else:
            message = gettext("%(row)s is there already.") % values
        if is_script(request):
            return JsonResponse({"message": message})
        self.message_user(request, message, messages.SUCCESS if is_moved else messages.INFO)
        changelist = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{changelist}#{anchor}")


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
