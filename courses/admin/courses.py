"""Courses and modules in the admin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.access import edits_every_course
from courses.action_log import noted
from courses.addresses import rename_course
from courses.admin.contents import contents_of
from courses.admin.files import CourseFilesAdmin
from courses.admin.forms import CourseForm, ModuleForm
from courses.admin.ordering import OrderedAdmin
from courses.admin.own import DeletedOneByOne
from courses.admin.publishing import PublishingAdmin
from courses.models import Course, CourseQuerySet, Module
from courses.publishing import (
    PublishRefused,
    archive_course,
    bring_back_course,
    cancel_course_schedule,
    check_course_publishable,
    publish_course,
    unpublish_course,
)
from courses.structure import save_course, save_module


@admin.register(Course)
class CourseAdmin(CourseFilesAdmin, PublishingAdmin, DeletedOneByOne, OrderedAdmin):
    course_path = "pk"
    form = CourseForm
    change_form_template = "admin/course_change_form.html"
    has_preview_links = False
    list_display = ["title", "slug", "state", "lesson_count", "order_buttons"]
    search_fields = ["title", "slug", "summary"]
    prepopulated_fields = {"slug": ["title"]}
    actions = ["publish", "unpublish"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        return cast(CourseQuerySet, super().get_queryset(request)).with_counts()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Course | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["contents"], context["adding"] = contents_of(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Course | None = None) -> list[str]:
        # Who works on a course is decided by those who work on all of them.
        return [] if edits_every_course(request.user) else ["authors"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Course | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: Course, form: CourseForm, change: bool) -> None:
        if change:
            rename_course(course=obj, slug=form.cleaned_data["slug"])
        save_course(course=obj, author=cast(User, request.user))

    def publish_at(self, course: Course, at: datetime | None) -> None:
        publish_course(course=course, at=at)

    def check_publishable(self, course: Course) -> None:
        # Lessons of any later day count: the course may be scheduled for it.
        check_course_publishable(course, at=datetime.max.replace(tzinfo=UTC))

    def cancel_schedule(self, course: Course) -> bool:
        return cancel_course_schedule(course=course)

    def take_offline(self, course: Course) -> None:
        unpublish_course(course=course)

    def archive(self, course: Course) -> None:
        archive_course(course=course)

    def bring_back(self, course: Course) -> None:
        bring_back_course(course=course)

    def describe(self, course: Course) -> dict[str, Any]:
        return {}

    def view_on_site(self, obj: Course) -> str:
        return obj.get_absolute_url()

    def has_move_permission(self, request: HttpRequest, obj: Course | None = None) -> bool:
        """Not for authors: the order of courses is that of everybody's."""
        return super().has_move_permission(request, obj) and edits_every_course(request.user)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("courses.publish_course")

    @admin.display(description=gettext_lazy("state"))
    def state(self, course: Course) -> str:
        return course.state

    @admin.display(description=gettext_lazy("published lessons"))
    def lesson_count(self, course: Any) -> int:
        return int(course.lesson_count)

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, courses: QuerySet[Course]) -> None:
        for course in courses:
            try:
                publish_course(course=course)
            except PublishRefused as refusal:
                self.message_user(request, f"{course}: {refusal.message}", messages.ERROR)
                continue
            self.log_change(request, course, noted(gettext_noop("Published.")))
            self.message_user(request, gettext("%(course)s is published.") % {"course": course}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Take offline"), permissions=["publish"])
    def unpublish(self, request: HttpRequest, courses: QuerySet[Course]) -> None:
        for course in courses:
            unpublish_course(course=course)
            self.log_change(request, course, noted(gettext_noop("Taken offline.")))
            self.message_user(request, gettext("%(course)s is offline.") % {"course": course}, messages.SUCCESS)


def register_action(action: Callable[..., Any]) -> None:
    """Have an action of another app among those of the list of courses. Called where its admin is registered."""
    CourseAdmin.actions = [*CourseAdmin.actions, action]


@admin.register(Module)
class ModuleAdmin(DeletedOneByOne, OrderedAdmin):
    course_path = "course"
    form = ModuleForm
    list_display = ["title", "course", "slug", "order_buttons"]
    list_filter = ["course"]
    list_select_related = ["course"]
    search_fields = ["title", "slug"]
    ordering = ["course__position", "course_id", "position", "pk"]
    prepopulated_fields = {"slug": ["title"]}

    def get_readonly_fields(self, request: HttpRequest, obj: Module | None = None) -> list[str]:
        return ["course", "slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Module | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: Module, form: ModuleForm, change: bool) -> None:
        save_module(module=obj)
