"""The page of the admin on which something is published, scheduled, archived, or shown to outsiders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.action_log import noted
from courses.admin.ordering import name_of
from courses.previews import preview_address, valid_until, withdraw_previews
from courses.publishing import PublishRefused
from courses.releasing import waits_for

# What the buttons of the page send as `do`; "withdraw" where there are preview links.
DOING = ("publish", "schedule", "cancel", "offline", "archive", "bring-back", "withdraw")


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label=gettext_lazy("Time of publication"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_at(self) -> Any:
        at = self.cleaned_data["at"]
        if at <= now():
            raise ValidationError(gettext("This time has passed. Choose a later one, or publish now."))
        return at


class PublishingAdmin(admin.ModelAdmin):
    """A ModelAdmin whose rows have a page "Publishing". The subclass names the services."""

    # --- For the subclass ---

    def publish_at(self, row: Any, at: Any) -> Any:
        """Publish the draft, now (None) or from a time on. Raises PublishRefused."""
        raise NotImplementedError

    def check_publishable(self, row: Any) -> None:
        """Raise PublishRefused where publish_at() would at any time, before anybody presses a button."""
        raise NotImplementedError

    def cancel_schedule(self, row: Any) -> bool:
        """False where nothing was scheduled."""
        raise NotImplementedError

    def take_offline(self, row: Any) -> None:
        raise NotImplementedError

    def archive(self, row: Any) -> None:
        raise NotImplementedError

    def bring_back(self, row: Any) -> None:
        raise NotImplementedError

    def describe(self, row: Any) -> dict[str, Any]:
        """What the page says of the versions of the row: {} where it has none, as a course."""
        raise NotImplementedError

    def refused(self, refusal: PublishRefused, row: Any) -> Any:
        """What staff are told when nothing was published."""
        return refusal.message

    def remedies(self, row: Any, refusal: PublishRefused) -> dict[str, Any]:
        """What the page needs to offer beside *refusal*; {} where the form of the row is the place to mend it."""
        return {}

    has_preview_links = True

    # --- The page ---

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_publishing"
        view = self.admin_site.admin_view(self.publishing_view)
        return [path("<int:object_id>/publishing/", view, name=name), *super().get_urls()]

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Where something cannot be deleted, its page leads to what can be done instead."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_publishing"
        context = context | {"publishing_url": reverse(name, args=[context["object"].pk])}
        return super().render_delete_form(request, context)

    def publishing_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What learners have, and the buttons that change it; POST do=<one of DOING>."""
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        form = ScheduleForm()
        if request.method == "POST":
            what = request.POST.get("do", "")
            if what not in DOING or (what == "withdraw" and not self.has_preview_links):
                return HttpResponse(f"do must be one of {', '.join(DOING)}", status=400, content_type="text/plain")
            form = ScheduleForm(request.POST) if what == "schedule" else form
            if not form.is_bound or form.is_valid():
                self._do(request, row, what, form)
                return redirect(request.path)
        return TemplateResponse(
            request, "admin/publishing.html", self._context(request, row, form), status=422 if form.errors else 200
        )

    def _context(self, request: HttpRequest, row: Any, form: ScheduleForm) -> dict[str, Any]:
        moment = now()
        can_publish = self.has_publish_permission(request)  # type: ignore[attr-defined]  # of the subclass
        is_future = bool(row.published_at and row.published_at > moment)
        described = self.describe(row)
        has_new = not row.is_live or described.get("draft_number") != described.get("published_number")
        refusal = self._refusal_of(row) if can_publish and has_new and row.archived_at is None else None
        can_change = self.has_change_permission(request, row)
        has_links = self.has_preview_links and can_change
        return {
            **self.admin_site.each_context(request),
            "title": gettext("Publishing"),
            "subtitle": name_of(row),
            "opts": self.opts,
            "original": row,
            "form": form,
            "can_publish": can_publish,
            "is_archived": row.archived_at is not None,
            "is_offline": row.published_at is None and row.archived_at is None,
            "is_scheduled": is_future or getattr(row, "scheduled_at", None) is not None,
            "waits_for": waits_for(row),
            "zone": date_format(localtime(moment), "e"),
            "preview": request.build_absolute_uri(preview_address(row)) if has_links else "",
            "valid_until": valid_until(),
            "refusal": refusal,
            "can_change": can_change,
            **(self.remedies(row, refusal) if refusal else {}),
            **described,
        }

    def _refusal_of(self, row: Any) -> PublishRefused | None:
        try:
            self.check_publishable(row)
        except PublishRefused as refusal:
            return refusal
        return None

    def _do(self, request: HttpRequest, row: Any, what: str, form: ScheduleForm) -> None:
        if what == "withdraw":
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            withdraw_previews(row)
            self._done(
                request,
                row,
                gettext_noop("Preview links withdrawn."),
                gettext("No preview link that was given out opens now."),
            )
            return
        if not self.has_publish_permission(request):  # type: ignore[attr-defined]  # of the subclass
            raise PermissionDenied
        try:
            if what == "publish":
                self._publish_shown(request, row, None)
                self._done(
                    request,
                    row,
                    gettext_noop("Published."),
                    gettext("Published."),
                    seen=gettext("Learners have it now."),
                )
            elif what == "schedule":
                at = form.cleaned_data["at"]
                self._publish_shown(request, row, at)
                shown = date_format(localtime(at), "DATETIME_FORMAT")
                logged = gettext_noop("Scheduled for %(time)s.")
                seen = gettext("Learners have it from then on.")
                self._done(request, row, logged, gettext(logged) % {"time": shown}, seen=seen, time=at.isoformat())
            elif what == "cancel" and not self.cancel_schedule(row):
                self.message_user(request, gettext("Nothing is scheduled, or its time has passed."), messages.WARNING)
            elif what == "cancel":
                self._done(
                    request,
                    row,
                    gettext_noop("Schedule cancelled."),
                    gettext("Nothing happens at the time that was set."),
                )
            elif what == "offline":
                self.take_offline(row)
                self._done(request, row, gettext_noop("Taken offline."), gettext("Learners do not have it any more."))
            elif what == "archive":
                self.archive(row)
                self._done(
                    request,
                    row,
                    gettext_noop("Archived."),
                    gettext("It is in no list any more; its page says what it was."),
                )
            elif what == "bring-back":
                self.bring_back(row)
                self._done(
                    request,
                    row,
                    gettext_noop("Brought back."),
                    gettext("It is as it was before it was archived."),
                    seen="",
                )
        except PublishRefused as refusal:
            row.refresh_from_db()  # of what was refused, some may have been done and taken back
            self.message_user(request, self.refused(refusal, row), messages.ERROR)

    @transaction.atomic
    def _publish_shown(self, request: HttpRequest, row: Any, at: datetime | None) -> None:
        """Publish the draft that the page named, and no other: it may have another by now. Raises PublishRefused."""
        version = self.publish_at(row, at)
        shown = request.POST.get("draft", "")
        if shown and version is not None and str(version.number) != shown:
            text = gettext("Somebody has saved version %(number)s meanwhile. Look at it, and publish then.")
            raise PublishRefused(text % {"number": version.number})

    def _done(
        self, request: HttpRequest, row: Any, logged: str, said: str, *, seen: str | None = None, **parameters: str
    ) -> None:
        """*seen*: what is said as well of what was published, where nothing else has to be before learners see it."""
        self.log_change(request, row, noted(logged, **parameters))
        if seen is None:
            self.message_user(request, said, messages.SUCCESS)
        else:
            self.tell_published(request, row, said, seen)

    def tell_published(self, request: HttpRequest, row: Any, said: str, seen: str = "") -> None:
        if waits := waits_for(row):
            self.message_user(request, f"{said} {waits}", messages.WARNING)
        else:
            self.message_user(request, f"{said} {seen}".strip(), messages.SUCCESS)
