"""What readers say about pages: to read, and to close when it is dealt with."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from courses.action_log import noted
from exercises.admin.changelist import CarefulFilters
from exercises.admin.read_only import ReadOnly
from exercises.models import ProblemReport
from exercises.reporting import close, reopen

# What asks for somebody: that a page was clear does not.
WAITS = Q(closed_at__isnull=True) & ~Q(kind=ProblemReport.Kind.CLEAR)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("closed", _("closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProblemReport]) -> QuerySet[ProblemReport]:
        if self.value() == "open":
            return queryset.filter(WAITS)
        return queryset if self.value() is None else queryset.filter(closed_at__isnull=False)


@admin.register(ProblemReport)
class ProblemReportAdmin(ReadOnly, CarefulFilters, admin.ModelAdmin):
    list_display = ["created_at", "kind", "about", "number", "excerpt", "who", "state"]
    list_filter = [StateFilter, "kind", "created_at"]
    list_select_related = ["user", "lesson_version", "exercise_version"]
    search_fields = ["page", "text", "user__email", "guest"]
    search_help_text = _("A word of the text, an address, an e-mail address, or the id of a guest.")
    date_hierarchy = "created_at"
    fields = ("kind", "about", "number", "address", "whole_text", "who", "created_at", "state")
    readonly_fields = fields
    actions = ["close_reports", "reopen_reports"]
    show_full_result_count = False

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits comes first, the newest of it at the top."""
        return [Case(When(WAITS, then=0), default=1), "-pk"]

    def view_on_site(self, report: ProblemReport) -> str:
        return report.page

    def has_close_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("exercises.change_problemreport"))

    @admin.display(description=_("lesson or exercise"))
    def about(self, report: ProblemReport) -> str:
        return report.version.title

    @admin.display(description=_("version"))
    def number(self, report: ProblemReport) -> int:
        return report.version.number

    @admin.display(description=_("page"))
    def address(self, report: ProblemReport) -> SafeString:
        return format_html('<a href="{}">{}</a>', report.page, report.page)

    @admin.display(description=_("text"))
    def excerpt(self, report: ProblemReport) -> str:
        return Truncator(report.text).chars(80)

    @admin.display(description=_("text"))
    def whole_text(self, report: ProblemReport) -> SafeString:
        return format_html("<pre>{}</pre>", report.text)

    @admin.display(description=_("owner"), ordering="user__email")
    def who(self, report: ProblemReport) -> str:
        return report.user.email if report.user else gettext("guest %(guest)s") % {"guest": report.guest}

    @admin.display(description=_("state"), ordering="closed_at")
    def state(self, report: ProblemReport) -> str:
        if report.closed_at:
            return gettext("closed")
        return "" if report.kind == ProblemReport.Kind.CLEAR else gettext("open")

    def _log(self, request: HttpRequest, reports: QuerySet[ProblemReport], what: str) -> None:
        for report in reports:
            self.log_change(request, report, noted(what))

    @admin.action(description=_("Close the selected reports"), permissions=["close"])
    def close_reports(self, request: HttpRequest, reports: QuerySet[ProblemReport]) -> None:
        self._log(request, reports.filter(closed_at=None), gettext_noop("Closed."))
        count = close(reports=reports, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, ngettext("%d report was closed.", "%d reports were closed.", count) % count)

    @admin.action(description=_("Open the selected reports again"), permissions=["close"])
    def reopen_reports(self, request: HttpRequest, reports: QuerySet[ProblemReport]) -> None:
        self._log(request, reports.exclude(closed_at=None), gettext_noop("Opened again."))
        count = reopen(reports=reports)
        self.message_user(request, ngettext("%d report is open again.", "%d reports are open again.", count) % count)
