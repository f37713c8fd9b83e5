"""Move up and Move down in lists of the admin: plain buttons, so that a keyboard and a screen reader can use them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.admin.action_log import noted
from courses.structure import move

ARROWS = {"up": "↑", "down": "↓"}


class OrderedAdmin(admin.ModelAdmin):
    """A ModelAdmin whose list has a column "Order". Use "order_buttons" in list_display."""

    class Media:
        css = {"all": ["courses/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        view = self.admin_site.admin_view(self.move_view)
        return [path("<int:object_id>/move/", view, name=name), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Without the buttons for those who may only look."""
        columns = list(super().get_list_display(request))
        if not self.has_change_permission(request):
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
            {"way": way, "arrow": arrow, "pk": row.pk, "url": url, "label": labels[way] % {"row": row}}
            for way, arrow in ARROWS.items()
        )
        buttons = format_html_join("", button, values)
        return format_html('<div class="order-buttons">{}</div>', buttons)

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """POST direction=up or down; back to the list, at the button that was used."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        direction = request.POST.get("direction")
        if direction not in ("up", "down"):
            return HttpResponse("direction must be up or down", status=400, content_type="text/plain")
        if move(row, up=direction == "up"):
            note = gettext_noop("Moved up.") if direction == "up" else gettext_noop("Moved down.")
            self.log_change(request, row, noted(note))
            moved = gettext("%(row)s was moved up.") if direction == "up" else gettext("%(row)s was moved down.")
            self.message_user(request, moved % {"row": row}, messages.SUCCESS)
        else:
            edge = (
                gettext("%(row)s is the first one already.")
                if direction == "up"
                else gettext("%(row)s is the last one already.")
            )
            self.message_user(request, edge % {"row": row}, messages.INFO)
        changelist = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{changelist}#{direction}-{row.pk}")
