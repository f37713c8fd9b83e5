"""All exercises of a course checked at once."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.action_log import noted
from courses.admin.courses import register_action
from courses.admin.own import OwnCoursesAdmin
from courses.models import Course
from exercises.admin.followed import followed_page, is_done, require_post, row_at, see_other
from exercises.admin.read_only import ReadOnly
from exercises.check_results import course_check_result
from exercises.checking import cancel_course_check, request_course_check, resume_course_check
from exercises.models import CourseCheck

CHANGE_EXERCISE = "exercises.change_exercise"
PAGE = "admin/exercises/checks/course_check.html"
LIVE = "admin/exercises/checks/_course_check.html"


@admin.action(description=gettext_lazy("Check all exercises in the sandbox"))
def check_exercises(model_admin: Any, request: HttpRequest, courses: QuerySet[Course]) -> None:
    if not request.user.has_perm(CHANGE_EXERCISE):
        raise PermissionDenied
    for course in courses:
        course_check = request_course_check(course=course, author=cast(User, request.user))
        model_admin.log_change(request, course, noted(gettext_noop("Check of all exercises in the sandbox asked for.")))
        text = gettext('The exercises of {course} are being checked: <a href="{url}">what comes of it</a>.')
        message = format_html(text, course=course, url=course_check.get_absolute_url())
        model_admin.message_user(request, message)


register_action(check_exercises)


@admin.register(CourseCheck)
class CourseCheckAdmin(ReadOnly, OwnCoursesAdmin):
    course_path = "course"
    list_display = ["course", "created_at", "created_by"]
    list_filter = ["course"]
    list_select_related = ["course", "created_by"]
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may look at exercises may look at what came of checking them."""
        may_look = request.user.has_perm("exercises.view_exercise") or request.user.has_perm(CHANGE_EXERCISE)
        return may_look and self.is_own(request, obj)

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "<int:object_id>/stop/": (self.stop_view, "stop"),
            "<int:object_id>/resume/": (self.resume_view, "resume"),
            "<int:object_id>/again/": (self.again_view, "again"),
        }
        wrapped = [
            path(route, self.admin_site.admin_view(view), name=f"exercises_coursecheck_{name}")
            for route, (view, name) in pages.items()
        ]
        return [*wrapped, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one check of a course."""
        course_check: CourseCheck = row_at(self, request, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        result = course_check_result(course_check)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Check of a course"),
            "subtitle": str(course_check.course),
            "opts": self.opts,
            "original": course_check,
            "result": result,
            "is_pending": result.is_pending,
            "can_change": request.user.has_perm(CHANGE_EXERCISE),
            "live_url": f"{course_check.get_absolute_url()}?part=live",
        }
        return followed_page(request, PAGE, LIVE, context)

    def stop_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """POST: run no further program."""
        found: CourseCheck = row_at(self, request, object_id)
        return self._act(
            request,
            found,
            lambda: cancel_course_check(course_check=found),
            done=gettext_noop("Check stopped."),
            refused=gettext("It has already come to its end."),
        )

    def resume_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """POST: run what was stopped, or could not be run."""
        found: CourseCheck = row_at(self, request, object_id)
        return self._act(
            request,
            found,
            lambda: resume_course_check(course_check=found),
            done=gettext_noop("Check resumed."),
            refused=gettext("There is nothing left of it to run."),
        )

    def again_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """POST: check the drafts of the course as they are now."""
        course = row_at(self, request, object_id).course
        started: list[CourseCheck] = []

        def start() -> None:
            started.append(request_course_check(course=course, author=cast(User, request.user)))

        response = self._act(request, None, start, done="", refused="")
        if started:
            self.log_addition(
                request, started[0], noted(gettext_noop("Check of all exercises in the sandbox asked for."))
            )
            return see_other(started[0].get_absolute_url())
        return response

    def _act(
        self, request: HttpRequest, found: CourseCheck | None, action: Any, *, done: str, refused: str
    ) -> HttpResponseBase:
        if not request.user.has_perm(CHANGE_EXERCISE):
            raise PermissionDenied
        if refusal := require_post(request):
            return refusal
        if is_done(request, action, refused=refused) and found is not None:
            self.log_change(request, found, noted(done))
        return see_other(found.get_absolute_url()) if found else see_other("..")
