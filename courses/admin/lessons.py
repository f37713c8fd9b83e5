"""Lessons in the admin: edit the draft, preview it, publish it, go back to an old version."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from courses.addresses import AddressTaken, check_lesson_slug, rename_lesson
from courses.admin.editing import EditingAdmin, Mistake, Reading, as_guest, read_fields
from courses.admin.forms import LessonForm
from courses.admin.ordering import OrderedAdmin
from courses.admin.versions import StateFilter, VersionedAdmin
from courses.course_files import TITLE_LENGTH
from courses.extent import extent_of
from courses.models import Course, Lesson, LessonVersion
from courses.outline import outline_of, with_new_lesson
from courses.publishing import (
    archive_lesson,
    bring_back_lesson,
    cancel_lesson_schedule,
    check_lesson_publishable,
    draft_problems,
    publish_lesson,
    render_lesson,
    restore_lesson_version,
    save_lesson_draft,
    unpublish_lesson,
)
from courses.rendering import render
from courses.snapshots import version_as_file
from courses.structure import add_lesson, assign_parent
from courses.usage import Use, uses_of_lesson
from courses.views import lesson_page

NEW = "new"  # the slug of a lesson as long as it has none
TEXT_FIELDS = ["title", "summary", "minutes", "body_markdown"]


@admin.register(Lesson)
class LessonAdmin(EditingAdmin, VersionedAdmin, OrderedAdmin):
    course_path = "course"
    form = LessonForm
    change_form_template = "admin/versioned_change_form.html"
    list_display = ["title", "slug", "module", "minutes", "state", "order_buttons"]
    list_filter = [StateFilter, "course", "module"]
    search_fields = ["slug", "draft__title", "draft__summary", "draft__body_markdown"]
    ordering = ["course__position", "course_id", "module__position", "module_id", "position", "pk"]
    version_relations = ["lesson"]
    still_published = gettext_lazy("The draft of “{title}” was not published; learners still read version {number}.")
    restored_message = gettext_lazy("The draft has the text of version {number} again.")
    main_text = "body_markdown"

    # --- What is shown ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lesson]:
        lessons: QuerySet[Lesson] = super().get_queryset(request)
        # Staff edits the Markdown; the HTML made of it is for readers.
        return lessons.select_related("course", "module", "draft").defer("draft__body_html", "draft__contents")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.with_courses(request, super().get_list_display(request), "module")

    @admin.display(description=gettext_lazy("module"), ordering="module")
    def module_and_course(self, lesson: Lesson) -> str:
        return f"{lesson.module} ({lesson.course})"

    def get_fields(self, request: HttpRequest, obj: Lesson | None = None) -> list[Any]:
        fields = ["title", "module", "slug", *TEXT_FIELDS[1:]]
        looks_only = obj is not None and not self.has_change_permission(request, obj)
        return fields if looks_only else [*fields, "note", "based_on", "seen"]

    # The texts of the draft: for the list, and for those who may look but not edit.
    @admin.display(description=gettext_lazy("summary"))
    def summary(self, lesson: Lesson) -> str:
        return lesson.draft.summary if lesson.draft else ""

    @admin.display(description=gettext_lazy("minutes"), ordering="draft__minutes")
    def minutes(self, lesson: Lesson) -> int | None:
        return lesson.draft.minutes if lesson.draft else None

    @admin.display(description=gettext_lazy("text"))
    def body_markdown(self, lesson: Lesson) -> str:
        return lesson.draft.body_markdown if lesson.draft else ""

    def told_in_form(self, lesson: Lesson) -> dict[str, Any]:
        return {"problems": draft_problems(lesson)}

    # --- While it is written ---

    def read_form(self, row: Lesson | None, form: LessonForm) -> Reading:
        typed = read_fields(form, [*TEXT_FIELDS, "module", "slug"])
        mistakes = [
            Mistake(name, str(form[name].label), None, message)
            for name, messages in typed.errors.items()
            for message in messages
        ]
        course = self.course_of(row, form)
        if course and (slug := typed.values.get("slug")):
            try:
                check_lesson_slug(slug, course=course, lesson=row)
            except AddressTaken as taken:
                mistakes.append(Mistake("slug", str(form["slug"].label), None, str(taken)))
        body = str(typed.values.get("body_markdown", ""))  # as it is typed: its lines are those of the text box
        rendered = render_lesson(course, body) if course else render(body, can_run=True)
        label = str(form["body_markdown"].label)
        mistakes += [Mistake("body_markdown", label, one.line, one.message, "publishing") for one in rendered.problems]
        extent = extent_of(rendered.html)
        if course is None:
            return Reading(mistakes, extent, why_no_page=gettext("The preview comes when a module is chosen."))
        module = typed.values.get("module") or (row.module if row else None)
        lesson = row or Lesson(pk=0, course=course, module=module, slug=typed.values.get("slug") or NEW)
        version = LessonVersion(
            lesson=lesson,
            number=(row.draft.number if row and row.draft else 0) + 1,
            title=typed.values.get("title") or str(form["title"].value() or "")[:TITLE_LENGTH],
            summary=typed.values.get("summary") or "",
            minutes=typed.values.get("minutes") or extent.minutes,
            body_markdown=body,
            body_html=rendered.html,
            contents=rendered.contents,
        )

        def page(request: HttpRequest) -> HttpResponse:
            guest = as_guest(request, lesson.get_absolute_url())
            if row is None and module is not None:
                outline = with_new_lesson(outline_of(course), module=module, lesson=lesson, version=version)
            else:
                outline = outline_of(course, current=lesson, preview=version)
            return lesson_page(guest, lesson, version, outline, is_preview=True)

        return Reading(mistakes, extent, page)

    def course_of(self, row: Lesson | None, form: LessonForm) -> Course | None:
        if row is not None:
            return row.course
        module = read_fields(form, ["module"]).values.get("module")
        return module.course if module else None

    def uses_of(self, row: Lesson) -> list[Use]:
        return uses_of_lesson(row)

    # --- What is done ---

    def save_form(self, request: HttpRequest, form: LessonForm, change: bool) -> Lesson:
        if change:
            return Lesson.objects.select_related("course", "module", "draft").get(pk=form.instance.pk)
        return add_lesson(module=form.cleaned_data["module"], slug=form.cleaned_data["slug"])

    def save_model(self, request: HttpRequest, lesson: Lesson, form: LessonForm, change: bool) -> None:
        if change and form.cleaned_data["slug"]:
            rename_lesson(lesson=lesson, slug=form.cleaned_data["slug"])
        assign_parent(row=lesson, parent=form.cleaned_data["module"])
        texts = {name: form.cleaned_data[name] for name in TEXT_FIELDS}
        save_lesson_draft(lesson=lesson, author=cast(User, request.user), note=form.cleaned_data["note"], **texts)

    def save_related(self, request: HttpRequest, form: LessonForm, formsets: list[Any], change: bool) -> None:
        """Lessons have no rows beside them in this form."""

    # --- Versions ---

    def publish_at(self, lesson: Lesson, at: datetime | None) -> LessonVersion:
        return publish_lesson(lesson=lesson, at=at)

    def check_publishable(self, lesson: Lesson) -> None:
        check_lesson_publishable(lesson)

    def cancel_schedule(self, lesson: Lesson) -> bool:
        return cancel_lesson_schedule(lesson=lesson)

    def take_offline(self, lesson: Lesson) -> None:
        unpublish_lesson(lesson=lesson)

    def archive(self, lesson: Lesson) -> None:
        archive_lesson(lesson=lesson)

    def bring_back(self, lesson: Lesson) -> None:
        bring_back_lesson(lesson=lesson)

    def restore_version(self, version: LessonVersion, *, author: User) -> LessonVersion:
        return restore_lesson_version(version=version, author=author)

    def as_files(self, version: LessonVersion) -> dict[str, str]:
        return {f"{version.lesson.slug}.md": version_as_file(version).to_text()}
