"""The listings of a lesson's draft, run in the sandbox, each with what Run shows to a learner."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_noop

from courses.action_log import noted
from courses.models import Lesson, LessonVersion
from exercises.admin.followed import followed_page, is_done, require_post, see_other
from exercises.listing_checks import cancel_listing_check, lesson_result, request_listing_check

PAGE = "admin/exercises/checks/listings.html"
LIVE = "admin/exercises/checks/_listings.html"
VIEW, CHANGE = "courses.view_lesson", "courses.change_lesson"


class ListingsAdmin(admin.ModelAdmin):
    """Pages about lessons among those of exercises, because courses know nothing of running code."""

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "listings/<int:lesson_id>/": (self.listings_page, "listings"),
            "listings/<int:lesson_id>/run/": (self.run_listings_view, "listings_run"),
            "listings/<int:lesson_id>/stop/": (self.stop_listings_view, "listings_stop"),
        }
        wrapped = [
            path(route, self.admin_site.admin_view(view), name=f"exercises_{name}")
            for route, (view, name) in pages.items()
        ]
        return [*wrapped, *super().get_urls()]

    def listings_page(self, request: HttpRequest, lesson_id: int) -> HttpResponseBase:
        """What came of the listings of the draft."""
        lesson, version = draft_of(request, lesson_id, VIEW, CHANGE)
        result = lesson_result(version)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Listings"),
            "subtitle": str(version.title),
            "lesson": lesson,
            "version": version,
            "result": result,
            "is_pending": result.is_pending,
            "can_change": request.user.has_perm(CHANGE),
            "live_url": f"{reverse('admin:exercises_listings', args=[lesson_id])}?part=live",
        }
        return followed_page(request, PAGE, LIVE, context)

    def run_listings_view(self, request: HttpRequest, lesson_id: int) -> HttpResponseBase:
        """POST: run every listing of the draft as it was saved last."""
        lesson, version = draft_of(request, lesson_id, CHANGE)
        if refusal := require_post(request):
            return refusal
        request_listing_check(version=version, author=cast(User, request.user))
        note = gettext_noop("Listings of version %(number)s run in the sandbox.")
        self.log_change(request, lesson, noted(note, number=version.number))
        return see_other(reverse("admin:exercises_listings", args=[lesson_id]))

    def stop_listings_view(self, request: HttpRequest, lesson_id: int) -> HttpResponseBase:
        """POST: run no further listing."""
        lesson, version = draft_of(request, lesson_id, CHANGE)
        if refusal := require_post(request):
            return refusal
        refused = gettext("It has already come to its end.")
        if is_done(request, lambda: cancel_listing_check(version=version), refused=refused):
            note = gettext_noop("Listings of version %(number)s stopped.")
            self.log_change(request, lesson, noted(note, number=version.number))
        return see_other(reverse("admin:exercises_listings", args=[lesson_id]))


def draft_of(request: HttpRequest, lesson_id: int, *permissions: str) -> tuple[Lesson, LessonVersion]:
    """The lesson and its draft, for who works on it with one of *permissions*. Raises PermissionDenied and Http404."""
    if not any(map(request.user.has_perm, permissions)):
        raise PermissionDenied
    own = Lesson.objects.editable_by(request.user).select_related("course", "draft")
    lesson = own.filter(pk=lesson_id, draft__isnull=False).first()
    if lesson is None or lesson.draft is None:
        raise Http404
    lesson.draft.lesson = lesson
    return lesson, lesson.draft
