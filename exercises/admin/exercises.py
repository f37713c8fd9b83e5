"""Exercises in the admin: edit the draft, check it in the sandbox, publish it, go back to an old version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from courses.admin.contents import register_of_lessons
from courses.admin.editing import EditingAdmin, Reading
from courses.admin.ordering import OrderedAdmin
from courses.admin.versions import RestoreRefused, StateFilter, VersionedAdmin
from courses.models import Course
from courses.publishing import PublishRefused
from courses.structure import assign_parent
from exercises.addresses import rename_exercise
from exercises.admin.changelist import CarefulFilters
from exercises.admin.checks import CheckedAdmin, status_of
from exercises.admin.forms import ExerciseForm
from exercises.admin.listing_checks import ListingsAdmin
from exercises.admin.reading import lesson_in, read_exercise_form
from exercises.admin.rejudging import RejudgedAdmin
from exercises.answers import ANSWERED
from exercises.content import ExerciseContent, InvalidContent
from exercises.exercise_files import ExerciseFiles
from exercises.models import Exercise, ExerciseCheck, ExerciseVersion
from exercises.versions import (
    TEXTS,
    NotChecked,
    archive_exercise,
    as_line,
    bring_back_exercise,
    cancel_exercise_schedule,
    check_publishable,
    problems_of_draft,
    publish_exercise,
    restore_exercise_version,
    save_exercise_draft,
    unpublish_exercise,
)

register_of_lessons(Exercise)


@admin.register(Exercise)
class ExerciseAdmin(
    CheckedAdmin, ListingsAdmin, RejudgedAdmin, CarefulFilters, EditingAdmin, VersionedAdmin, OrderedAdmin
):
    course_path = "lesson__course"
    form = ExerciseForm
    list_display = [
        "title",
        "slug",
        "lesson",
        "kind",
        "difficulty",
        "state",
        "check_of_draft",
        "order_buttons",
    ]
    list_filter = [
        StateFilter,
        "draft__kind",
        "draft__framework",
        "draft__difficulty",
        "draft__family",
        "lesson__course",
        "lesson",
    ]
    list_select_related = ["lesson__draft", "draft"]
    search_fields = ["slug", "draft__title", "draft__prompt_markdown", "lesson__slug"]
    ordering = [
        "lesson__course__position", "lesson__course_id", "lesson__module__position", "lesson__module_id",
        "lesson__position", "lesson_id", "position", "pk",
    ]  # fmt: skip
    actions = ["check_drafts", "publish", "unpublish"]
    still_published = gettext_lazy("The draft of “{title}” was not published; learners still solve version {number}.")
    restored_message = gettext_lazy("The draft is as version {number} again.")
    version_relations = ["family"]
    main_text = "prompt_markdown"

    # --- What is shown ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exercise]:
        newest = ExerciseCheck.objects.filter(version=OuterRef("draft")).order_by("-pk").values("status")[:1]
        exercises = super().get_queryset(request).select_related("lesson__course", "lesson__draft", "draft__family")
        return cast(QuerySet[Exercise], exercises.annotate(check_status=Subquery(newest)))

    def get_fieldsets(self, request: HttpRequest, obj: Exercise | None = None) -> list[Any]:
        place = ["lesson", "slug"]
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*place, "state", "files"]})]
        return [
            (None, {"fields": ["title", *place, "kind", "framework", "difficulty"]}),
            (gettext("Task"), {"fields": ["prompt_markdown", "starter", "hints"]}),
            (gettext("Cases"), {"fields": ["family", "params", "cases_toml", "limits"]}),
            (gettext("Answers"), {"fields": ["solution", "solution_markdown", "wrong"]}),
            (gettext("Save"), {"fields": ["note", "based_on", "seen"]}),
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.with_courses(request, super().get_list_display(request), "lesson")

    @admin.display(description=gettext_lazy("lesson"), ordering="lesson")
    def lesson_and_course(self, exercise: Exercise) -> str:
        return f"{exercise.lesson} ({exercise.lesson.course})"

    @admin.display(description=gettext_lazy("kind"), ordering=Concat("draft__kind", "draft__framework"))
    def kind(self, exercise: Exercise) -> str:
        """With the framework, where there is one."""
        draft = exercise.draft
        return ", ".join(filter(None, (draft.get_kind_display(), draft.get_framework_display()))) if draft else ""

    @admin.display(description=gettext_lazy("difficulty"), ordering="draft__difficulty")
    def difficulty(self, exercise: Exercise) -> str:
        return exercise.draft.get_difficulty_display() if exercise.draft else ""

    @admin.display(description=gettext_lazy("check of the draft"))
    def check_of_draft(self, exercise: Exercise) -> str:
        if exercise.draft is not None and not exercise.draft.is_complete:
            return gettext("Has mistakes")
        if exercise.draft is not None and exercise.draft.kind in ANSWERED:
            return gettext("Needs none")
        status = exercise.check_status  # type: ignore[attr-defined]  # get_queryset() asks for it
        return gettext("Not checked") if status is None else str(ExerciseCheck.Status(status).label)

    @admin.display(description=gettext_lazy("draft"))
    def files(self, exercise: Exercise) -> SafeString:
        """For those who may look but not edit."""
        if exercise.draft is None:
            return SafeString("")
        return format_html_join("", "<h4>{}</h4><pre>{}</pre>", self.as_files(exercise.draft).items())

    def told_in_form(self, exercise: Exercise) -> dict[str, Any]:
        if exercise.draft is None:
            return {}
        problems = [
            replace(line := as_line(problem), message=f"{line.message} ({TEXTS[problem.field].name})")
            for problem in problems_of_draft(exercise)
        ]
        check = exercise.draft.checks.select_related("version").first()
        return {"problems": problems, "is_answered": exercise.draft.kind in ANSWERED, **status_of(check)}

    # --- While it is written ---

    def read_form(self, row: Exercise | None, form: ExerciseForm) -> Reading:
        return read_exercise_form(row, form)

    def course_of(self, row: Exercise | None, form: ExerciseForm) -> Course | None:
        lesson = lesson_in(row, form)
        return lesson.course if lesson else None

    # --- What is done ---

    def save_model(self, request: HttpRequest, exercise: Exercise, form: ExerciseForm, change: bool) -> None:
        # Versions are the business of the services; a row read a while ago must not overwrite them.
        row = exercise
        if change:
            row = Exercise.objects.select_related("lesson__course", "draft").get(pk=exercise.pk)
            rename_exercise(exercise=row, slug=form.cleaned_data["slug"])
        assign_parent(row=row, parent=form.cleaned_data["lesson"])
        if not change:
            row.save()
        content: ExerciseContent = form.content
        exercise.draft = save_exercise_draft(  # which is what a button that does more than saving is about
            exercise=row, content=content, author=cast(User, request.user), note=form.cleaned_data["note"]
        )

    def after_save(self, request: HttpRequest, exercise: Exercise) -> HttpResponse | None:
        """The end of "Save and check in the sandbox" and "Save and publish"; None when another button was used."""
        if "_check" in request.POST:
            check = self.check_draft(request, exercise)
            return redirect(check) if check else redirect("admin:exercises_exercise_change", exercise.pk)
        return super().after_save(request, exercise)

    @admin.action(description=gettext_lazy("Check in the sandbox"), permissions=["change"])
    def check_drafts(self, request: HttpRequest, exercises: QuerySet[Exercise]) -> None:
        for exercise in exercises:
            if check := self.check_draft(request, exercise):
                text = gettext('{draft} is being checked in the sandbox: <a href="{url}">what comes of it</a>.')
                self.message_user(request, format_html(text, draft=check.version, url=check.get_absolute_url()))

    # --- Versions ---

    def publish_at(self, exercise: Exercise, at: datetime | None) -> ExerciseVersion:
        return publish_exercise(exercise=exercise, at=at)

    def check_publishable(self, exercise: Exercise) -> None:
        check_publishable(exercise)

    def remedies(self, exercise: Exercise, refusal: PublishRefused) -> dict[str, Any]:
        """Where the draft is checked, if that alone keeps it from being published."""
        if not isinstance(refusal, NotChecked) or exercise.draft is None:
            return {}
        check = exercise.draft.checks.first()
        url = reverse("admin:exercises_exercise_check_start", args=[exercise.pk])
        return {"check": check, "check_url": "" if check and check.is_pending else url}

    def cancel_schedule(self, exercise: Exercise) -> bool:
        return cancel_exercise_schedule(exercise=exercise)

    def archive(self, exercise: Exercise) -> None:
        archive_exercise(exercise=exercise)

    def bring_back(self, exercise: Exercise) -> None:
        bring_back_exercise(exercise=exercise)

    def take_offline(self, exercise: Exercise) -> None:
        unpublish_exercise(exercise=exercise)

    def restore_version(self, version: ExerciseVersion, *, author: User) -> ExerciseVersion:
        try:
            return restore_exercise_version(version=version, author=author)
        except InvalidContent as error:
            raise RestoreRefused("; ".join(map(str, error.problems))) from error

    def as_files(self, version: ExerciseVersion) -> dict[str, str]:
        """The files of *version* without the exercise's place and without the cases of its family."""
        return ExerciseFiles(lesson="", position=0, draft=False, content=ExerciseContent.of(version)).to_files()
