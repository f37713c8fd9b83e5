"""Exercises in the admin: edit the draft, check it in the sandbox, publish it, go back to an old version."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from courses.admin.refusals import refusal_message
from courses.publishing import PublishRefused
from exercises.admin.changelist import CarefulFilters
from exercises.admin.forms import ExerciseForm
from exercises.content import ExerciseContent, InvalidContent
from exercises.exercise_files import ExerciseFiles
from exercises.models import Exercise, ExerciseCheck, ExerciseQuerySet, ExerciseVersion
from exercises.versions import (
    prompt_problems,
    publish_exercise,
    request_check,
    restore_exercise_version,
    save_exercise_draft,
    unpublish_exercise,
)


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("published", "Published"), ("newer", "Published, newer draft"), ("draft", "Draft")]

    def queryset(self, request: HttpRequest, exercises: QuerySet[Exercise]) -> QuerySet[Exercise]:
        if self.value() == "published":
            return exercises.filter(published__isnull=False)
        if self.value() == "newer":
            return cast(ExerciseQuerySet, exercises).with_newer_draft()
        if self.value() == "draft":
            return exercises.filter(published__isnull=True)
        return exercises


@admin.register(Exercise)
class ExerciseAdmin(CarefulFilters, admin.ModelAdmin):
    form = ExerciseForm
    list_display = ["title", "slug", "lesson", "framework", "difficulty", "state", "check_of_draft"]
    list_filter = [StateFilter, "draft__framework", "draft__difficulty", "draft__family", "lesson__course", "lesson"]
    list_select_related = ["lesson", "draft"]
    search_fields = ["slug", "draft__title", "draft__prompt_markdown", "lesson__slug"]
    ordering = ["lesson__course__position", "lesson__module__position", "lesson__position", "position", "pk"]
    actions = ["check_drafts", "publish", "unpublish"]

    # --- What is shown ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exercise]:
        newest = ExerciseCheck.objects.filter(version=OuterRef("draft")).order_by("-pk").values("status")[:1]
        exercises = super().get_queryset(request).select_related("lesson__course", "draft__family")
        return cast(QuerySet[Exercise], exercises.annotate(check_status=Subquery(newest)))

    def get_fieldsets(self, request: HttpRequest, obj: Exercise | None = None) -> list[Any]:
        place = ["lesson", "slug", "position"]
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*place, "state", "files"]})]
        return [
            (None, {"fields": ["title", *place, "kind", "framework", "difficulty"]}),
            ("Task", {"fields": ["prompt_markdown", "starter", "hints"]}),
            ("Cases", {"fields": ["family", "params", "cases_toml", "limits"]}),
            ("Answers", {"fields": ["solution", "solution_markdown", "wrong"]}),
            ("Save", {"fields": ["note", "based_on"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Exercise | None = None) -> list[str]:
        return ["slug"] if obj else []  # it is the exercise's address

    def get_prepopulated_fields(self, request: HttpRequest, obj: Exercise | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["title"]}

    @admin.display(ordering="draft__title")
    def title(self, exercise: Exercise) -> str:
        return exercise.draft.title if exercise.draft else exercise.slug

    @admin.display(ordering="draft__framework")
    def framework(self, exercise: Exercise) -> str:
        return exercise.draft.get_framework_display() if exercise.draft else ""

    @admin.display(ordering="draft__difficulty")
    def difficulty(self, exercise: Exercise) -> str:
        return exercise.draft.get_difficulty_display() if exercise.draft else ""

    @admin.display(description="check of the draft", empty_value="Not checked")
    def check_of_draft(self, exercise: Exercise) -> str | None:
        status = exercise.check_status  # type: ignore[attr-defined]  # get_queryset() asks for it
        return None if status is None else ExerciseCheck.Status(status).label

    @admin.display(description="draft")
    def files(self, exercise: Exercise) -> SafeString:
        """For those who may look but not edit."""
        return format_html("<pre>{}</pre>", as_text(exercise.draft)) if exercise.draft else SafeString("")

    def view_on_site(self, exercise: Exercise) -> str | None:
        return exercise.get_absolute_url() if exercise.published_id else None

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Exercise | None = None,
    ) -> HttpResponse:
        context["can_publish"] = self.has_publish_permission(request)
        if obj is not None and obj.draft is not None:
            context["problems"] = prompt_problems(obj)
            context["check"] = obj.draft.checks.first()
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- What is done ---

    def save_model(self, request: HttpRequest, exercise: Exercise, form: ExerciseForm, change: bool) -> None:
        # Versions are the business of the services; a row read a while ago must not overwrite them.
        exercise.save(update_fields=["lesson", "position"] if change else None)
        content: ExerciseContent = form.content
        save_exercise_draft(
            exercise=exercise, content=content, author=cast(User, request.user), note=form.cleaned_data["note"]
        )

    def response_add(self, request: HttpRequest, obj: Exercise, post_url_continue: str | None = None) -> HttpResponse:
        return self._after_save(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Exercise) -> HttpResponse:
        return self._after_save(request, obj) or super().response_change(request, obj)

    def _after_save(self, request: HttpRequest, exercise: Exercise) -> HttpResponse | None:
        """The end of "Save and check" and "Save and publish"; None when another button was used."""
        if "_check" in request.POST:
            self._check(request, exercise)
        elif "_publish" in request.POST:
            if not self.has_publish_permission(request):
                raise PermissionDenied
            if self._publish(request, exercise, list_problems=False):
                return redirect("admin:exercises_exercise_changelist")
        else:
            return None
        return redirect("admin:exercises_exercise_change", exercise.pk)

    def _check(self, request: HttpRequest, exercise: Exercise) -> None:
        if exercise.draft is None:
            self.message_user(request, f"{self.title(exercise)} has no content yet.", messages.ERROR)
            return
        request_check(version=exercise.draft, author=cast(User, request.user))
        self.message_user(
            request, f"{exercise.draft} is being checked in the sandbox. Reload this page to see the result."
        )

    def _publish(self, request: HttpRequest, exercise: Exercise, *, list_problems: bool) -> bool:
        """Whether it was published. *list_problems* is false where the page that comes next lists them."""
        try:
            version = publish_exercise(exercise=exercise)
        except PublishRefused as refusal:
            message = refusal_message(
                refusal,
                title=self.title(exercise),
                published_number=exercise.published.number if exercise.published else None,
                readers="learners still solve",
                list_problems=list_problems,
            )
            self.message_user(request, message, messages.ERROR)
            return False
        self.log_change(request, exercise, f"Version {version.number} published.")
        self.message_user(request, f"{version.title} is published.", messages.SUCCESS)
        return True

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exercises.publish_exercise")

    def has_delete_permission(self, request: HttpRequest, obj: Exercise | None = None) -> bool:
        """Learners must not lose the page that they work on: take it offline first."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_id is None)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would not ask has_delete_permission() about each row
        return actions

    @admin.action(description="Check in the sandbox", permissions=["change"])
    def check_drafts(self, request: HttpRequest, exercises: QuerySet[Exercise]) -> None:
        for exercise in exercises:
            self._check(request, exercise)

    @admin.action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, exercises: QuerySet[Exercise]) -> None:
        for exercise in exercises:
            self._publish(request, exercise, list_problems=True)

    @admin.action(description="Take offline", permissions=["publish"])
    def unpublish(self, request: HttpRequest, exercises: QuerySet[Exercise]) -> None:
        for exercise in exercises:
            unpublish_exercise(exercise=exercise)
            self.log_change(request, exercise, "Taken offline.")
            self.message_user(request, f"{self.title(exercise)} is offline.", messages.SUCCESS)

    # --- Versions ---

    def get_urls(self) -> list[URLPattern]:
        versions = self.admin_site.admin_view(self.versions_view)
        restore = self.admin_site.admin_view(self.restore_view)
        return [
            path("<int:object_id>/versions/", versions, name="exercises_exercise_versions"),
            path("<int:object_id>/versions/<int:number>/restore/", restore, name="exercises_exercise_restore"),
            *super().get_urls(),
        ]

    def versions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """All versions of an exercise, newest first, each with what it changed."""
        exercise = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, exercise):
            raise PermissionDenied
        versions = list(exercise.versions.select_related("created_by", "family"))
        before: list[ExerciseVersion | None] = [*versions[1:], None]
        context = {
            **self.admin_site.each_context(request),
            "title": "Versions",
            "subtitle": str(exercise),
            "opts": self.opts,
            "exercise": exercise,
            "versions": [(version, difference(old, version)) for version, old in zip(versions, before, strict=True)],
            "can_change": self.has_change_permission(request, exercise),
        }
        return TemplateResponse(request, "admin/exercises/exercise/versions.html", context)

    def restore_view(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """POST: make an old version the draft; what learners see stays."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        exercise = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_change_permission(request, exercise):
            raise PermissionDenied
        version = get_object_or_404(exercise.versions.select_related("exercise", "family"), number=number)
        try:
            draft = restore_exercise_version(version=version, author=cast(User, request.user))
        except InvalidContent as error:
            problems = "; ".join(map(str, error.problems))
            self.message_user(request, f"Version {number} does not fit any more: {problems}", messages.ERROR)
        else:
            self.log_change(request, exercise, f"Version {number} restored as version {draft.number}.")
            self.message_user(request, f"The draft is as version {number} again.", messages.SUCCESS)
        return redirect("admin:exercises_exercise_change", exercise.pk)


def as_text(version: ExerciseVersion) -> str:
    """All that an author wrote of *version*, as one text; the exercise's place is left out."""
    files = ExerciseFiles(lesson="", position=0, draft=False, content=ExerciseContent.of(version))
    return "\n".join(f"--- {path}\n{text}" for path, text in files.to_files().items())


def difference(old: ExerciseVersion | None, new: ExerciseVersion) -> str:
    """A unified diff of the two versions; "" for the first version, and where only the family's cases changed."""
    if old is None:
        return ""
    names = f"version {old.number}", f"version {new.number}"
    return "\n".join(unified_diff(as_text(old).splitlines(), as_text(new).splitlines(), *names, lineterm=""))
