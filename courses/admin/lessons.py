"""Lessons in the admin: edit the draft, preview it, publish it, go back to an old version."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from courses.admin.forms import LessonForm
from courses.admin.ordering import OrderedAdmin
from courses.admin.refusals import refusal_message
from courses.models import Lesson, LessonQuerySet, LessonVersion
from courses.publishing import (
    PublishRefused,
    draft_problems,
    publish_lesson,
    restore_lesson_version,
    save_lesson_draft,
    unpublish_lesson,
)
from courses.snapshots import version_as_file
from courses.structure import add_lesson, assign_module

TEXT_FIELDS = ["title", "summary", "minutes", "body_markdown"]


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("published", "Published"), ("newer", "Published, newer draft"), ("draft", "Draft")]

    def queryset(self, request: HttpRequest, lessons: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() == "published":
            return lessons.filter(published__isnull=False)
        if self.value() == "newer":
            return cast(LessonQuerySet, lessons).with_newer_draft()
        if self.value() == "draft":
            return lessons.filter(published__isnull=True)
        return None  # all of them


@admin.register(Lesson)
class LessonAdmin(OrderedAdmin):
    form = LessonForm
    list_display = ["title", "slug", "module", "minutes", "state", "order_buttons"]
    list_filter = [StateFilter, "course", "module"]
    search_fields = ["slug", "draft__title", "draft__summary", "draft__body_markdown"]
    ordering = ["course__position", "course_id", "module__position", "module_id", "position", "pk"]
    actions = ["publish", "unpublish"]

    # --- What is shown ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lesson]:
        lessons: QuerySet[Lesson] = super().get_queryset(request)
        # Staff edits the Markdown; the HTML made of it is for readers.
        return lessons.select_related("course", "module", "draft").defer("draft__body_html", "draft__contents")

    def get_fields(self, request: HttpRequest, obj: Lesson | None = None) -> list[Any]:
        if obj and not self.has_change_permission(request, obj):
            return ["module", "slug", *TEXT_FIELDS]
        return ["module", "slug", *TEXT_FIELDS, "note", "based_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Lesson | None = None) -> list[str]:
        return ["slug"] if obj else []  # it is the lesson's address

    def get_prepopulated_fields(self, request: HttpRequest, obj: Lesson | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}

    # The texts of the draft: for the list, and for those who may look but not edit.
    @admin.display(ordering="draft__title")
    def title(self, lesson: Lesson) -> str:
        return lesson.draft.title if lesson.draft else lesson.slug

    @admin.display
    def summary(self, lesson: Lesson) -> str:
        return lesson.draft.summary if lesson.draft else ""

    @admin.display(ordering="draft__minutes")
    def minutes(self, lesson: Lesson) -> int | None:
        return lesson.draft.minutes if lesson.draft else None

    @admin.display(description="text")
    def body_markdown(self, lesson: Lesson) -> str:
        return lesson.draft.body_markdown if lesson.draft else ""

    def view_on_site(self, lesson: Lesson) -> str | None:
        return lesson.get_absolute_url() if lesson.published_id else None

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Lesson | None = None,
    ) -> HttpResponse:
        context["can_publish"] = self.has_publish_permission(request)
        if obj is not None:
            context["problems"] = draft_problems(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- What is done ---

    def save_form(self, request: HttpRequest, form: LessonForm, change: bool) -> Lesson:
        if change:
            return Lesson.objects.select_related("course", "module", "draft").get(pk=form.instance.pk)
        return add_lesson(module=form.cleaned_data["module"], slug=form.cleaned_data["slug"])

    def save_model(self, request: HttpRequest, lesson: Lesson, form: LessonForm, change: bool) -> None:
        assign_module(lesson=lesson, module=form.cleaned_data["module"])
        texts = {name: form.cleaned_data[name] for name in TEXT_FIELDS}
        save_lesson_draft(lesson=lesson, author=cast(User, request.user), note=form.cleaned_data["note"], **texts)

    def save_related(self, request: HttpRequest, form: LessonForm, formsets: list[Any], change: bool) -> None:
        """Lessons have no rows beside them in this form."""

    def response_add(self, request: HttpRequest, obj: Lesson, post_url_continue: str | None = None) -> HttpResponse:
        return self._response_publish(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Lesson) -> HttpResponse:
        return self._response_publish(request, obj) or super().response_change(request, obj)

    def _response_publish(self, request: HttpRequest, lesson: Lesson) -> HttpResponse | None:
        """The end of "Save and publish": None when another button was used."""
        if "_publish" not in request.POST:
            return None
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if self._publish(request, lesson, list_problems=False):
            return redirect("admin:courses_lesson_changelist")
        return redirect("admin:courses_lesson_change", lesson.pk)

    def _publish(self, request: HttpRequest, lesson: Lesson, *, list_problems: bool) -> bool:
        """Whether it was published. *list_problems* is false where the page that comes next lists them."""
        try:
            version = publish_lesson(lesson=lesson)
        except PublishRefused as refusal:
            message = refusal_message(
                refusal,
                title=self.title(lesson),
                published_number=lesson.published.number if lesson.published else None,
                readers="learners still read",
                list_problems=list_problems,
            )
            self.message_user(request, message, messages.ERROR)
            return False
        self.log_change(request, lesson, f"Version {version.number} published.")
        self.message_user(request, f"{version.title} is published.", messages.SUCCESS)
        return True

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("courses.publish_lesson")

    def has_delete_permission(self, request: HttpRequest, obj: Lesson | None = None) -> bool:
        """Learners must not lose the page that they read: take it offline first."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_id is None)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would not ask has_delete_permission() about each row
        return actions

    @admin.action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, lessons: QuerySet[Lesson]) -> None:
        for lesson in lessons:
            self._publish(request, lesson, list_problems=True)

    @admin.action(description="Take offline", permissions=["publish"])
    def unpublish(self, request: HttpRequest, lessons: QuerySet[Lesson]) -> None:
        for lesson in lessons:
            unpublish_lesson(lesson=lesson)
            self.log_change(request, lesson, "Taken offline.")
            self.message_user(request, f"{self.title(lesson)} is offline.", messages.SUCCESS)

    # --- Versions ---

    def get_urls(self) -> list[URLPattern]:
        versions = self.admin_site.admin_view(self.versions_view)
        restore = self.admin_site.admin_view(self.restore_view)
        return [
            path("<int:object_id>/versions/", versions, name="courses_lesson_versions"),
            path("<int:object_id>/versions/<int:number>/restore/", restore, name="courses_lesson_restore"),
            *super().get_urls(),
        ]

    def versions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """All versions of a lesson, newest first, each with what it changed."""
        lesson = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, lesson):
            raise PermissionDenied
        versions = list(lesson.versions.select_related("created_by"))
        before: list[LessonVersion | None] = [*versions[1:], None]
        context = {
            **self.admin_site.each_context(request),
            "title": "Versions",
            "subtitle": str(lesson),
            "opts": self.opts,
            "lesson": lesson,
            "versions": [(version, difference(old, version)) for version, old in zip(versions, before, strict=True)],
            "can_change": self.has_change_permission(request, lesson),
        }
        return TemplateResponse(request, "admin/courses/lesson/versions.html", context)

    def restore_view(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """POST: make an old version the draft; what learners read stays."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        lesson = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, lesson):
            raise PermissionDenied
        version = get_object_or_404(lesson.versions.select_related("lesson"), number=number)
        draft = restore_lesson_version(version=version, author=cast(User, request.user))
        self.log_change(request, lesson, f"Version {number} restored as version {draft.number}.")
        self.message_user(request, f"The draft has the text of version {number} again.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:courses_lesson_change", args=[lesson.pk]))


def difference(old: LessonVersion | None, new: LessonVersion) -> str:
    """A unified diff of the two texts as files; "" for the first version."""
    if old is None:
        return ""
    before, after = version_as_file(old).to_text().splitlines(), version_as_file(new).to_text().splitlines()
    names = f"version {old.number}", f"version {new.number}"
    return "\n".join(unified_diff(before, after, *names, lineterm=""))
