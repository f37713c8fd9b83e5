"""The checks of an exercise in the admin: each of its programs with the panel that a learner would see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_noop

from courses.action_log import noted
from exercises.admin.followed import followed_page, is_done, require_post, see_other
from exercises.answers import ANSWERED
from exercises.check_results import check_result
from exercises.checking import cancel_check, request_check, resume_check
from exercises.models import Exercise, ExerciseCheck

PAGE = "admin/exercises/checks/exercise_check.html"
LIVE = "admin/exercises/checks/_exercise_check.html"


class CheckedAdmin(admin.ModelAdmin):
    """The part of the admin of exercises that is about their checks."""

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, tuple[Callable[..., HttpResponseBase], str]] = {
            "<int:object_id>/check/": (self.check_view, "check_start"),
            "<int:object_id>/check/<int:check_id>/": (self.check_page, "check"),
            "<int:object_id>/check/<int:check_id>/stop/": (self.stop_view, "check_stop"),
            "<int:object_id>/check/<int:check_id>/resume/": (self.resume_view, "check_resume"),
        }
        wrapped = [
            path(route, self.admin_site.admin_view(view), name=f"exercises_exercise_{name}")
            for route, (view, name) in pages.items()
        ]
        return [*wrapped, *super().get_urls()]

    # --- What is done ---

    def check_draft(self, request: HttpRequest, exercise: Exercise) -> ExerciseCheck | None:
        """Have the draft checked; None, and a message, where nothing can be run."""
        if exercise.draft is None:
            text = gettext("%(exercise)s has no content yet.") % {"exercise": exercise}
            self.message_user(request, text, messages.ERROR)
            return None
        if not exercise.draft.is_complete:
            text = gettext("%(draft)s was not run: mend what its form names, then check it again.")
            self.message_user(request, text % {"draft": exercise.draft}, messages.ERROR)
            return None
        if exercise.draft.kind in ANSWERED:
            text = gettext("%(draft)s has nothing to run: it is answered, not coded.")
            self.message_user(request, text % {"draft": exercise.draft})
            return None
        check = request_check(version=exercise.draft, author=cast(User, request.user))
        asked = gettext_noop("Check of version %(number)s in the sandbox asked for.")
        self.log_change(request, exercise, noted(asked, number=exercise.draft.number))
        return check

    def check_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """POST: check the draft as it was saved last."""
        exercise = self._checked(request, object_id)
        if refusal := require_post(request):
            return refusal
        check = self.check_draft(request, exercise)
        return see_other(
            check.get_absolute_url() if check else reverse("admin:exercises_exercise_change", args=[object_id])
        )

    def stop_view(self, request: HttpRequest, object_id: int, check_id: int) -> HttpResponseBase:
        """POST: run no further program."""
        exercise, check = self._checked(request, object_id), self._check(object_id, check_id)
        if refusal := require_post(request):
            return refusal
        if is_done(request, lambda: cancel_check(check=check), refused=gettext("It has already come to its end.")):
            stopped = gettext_noop("Check of version %(number)s stopped.")
            self.log_change(request, exercise, noted(stopped, number=check.version.number))
        return see_other(check.get_absolute_url())

    def resume_view(self, request: HttpRequest, object_id: int, check_id: int) -> HttpResponseBase:
        """POST: run what was stopped, or could not be run."""
        exercise, check = self._checked(request, object_id), self._check(object_id, check_id)
        if refusal := require_post(request):
            return refusal
        if is_done(request, lambda: resume_check(check=check), refused=gettext("There is nothing left of it to run.")):
            resumed = gettext_noop("Check of version %(number)s resumed.")
            self.log_change(request, exercise, noted(resumed, number=check.version.number))
        return see_other(check.get_absolute_url())

    # --- What is shown ---

    def check_page(self, request: HttpRequest, object_id: int, check_id: int) -> HttpResponseBase:
        """One check, while it goes on and afterwards."""
        exercise = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, exercise):
            raise PermissionDenied
        check = self._check(object_id, check_id)
        result = check_result(check)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Check in the sandbox"),
            "subtitle": str(check.version),
            "opts": self.opts,
            "original": exercise,
            "check": check,
            "result": result,
            "is_pending": check.is_pending,
            "is_draft": check.version_id == exercise.draft_id,
            "is_repeatable": check.status in ExerciseCheck.REPEATABLE,
            "can_change": self.has_change_permission(request, exercise),
            "live_url": f"{check.get_absolute_url()}?part=live",
        }
        return followed_page(request, PAGE, LIVE, context)

    # --- Who may, and what there is ---

    def _checked(self, request: HttpRequest, object_id: int) -> Exercise:
        exercise: Exercise = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, exercise):
            raise PermissionDenied
        return exercise

    def _check(self, object_id: int, check_id: int) -> ExerciseCheck:
        checks = ExerciseCheck.objects.select_related("version__exercise", "created_by")
        found: ExerciseCheck | None = checks.filter(version__exercise_id=object_id, pk=check_id).first()
        if found is None:
            raise Http404
        return found


def status_of(check: ExerciseCheck | None) -> dict[str, Any]:
    """Context of what an exercise's form says about its check."""
    return {"check": check, "check_result": check_result(check) if check else None}
