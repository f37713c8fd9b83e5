"""What learners handed in and what came of it: to look at, not to change."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.action_log import noted
from exercises.admin.changelist import CarefulFilters, KnownCourses, NamedCodes, as_code
from exercises.admin.followed import see_other
from exercises.admin.read_only import ReadOnly
from exercises.admin.rejudging import start
from exercises.models import Rejudging, Run, SelfAssessment, Submission, SubmissionQuerySet
from exercises.models.run import SUBJECTS


@admin.display(description=gettext_lazy("reason"), ordering="reason")
def reason_code(run: Run) -> SafeString:
    return as_code(run.reason)


@admin.display(description=gettext_lazy("level"), ordering="level")
def level_code(run: Run) -> SafeString:
    return as_code(run.level)


RUN_COLUMNS: list[Any] = [
    "purpose", "status", "verdict", reason_code, "score", "tries", level_code, "wall_ms", "created_at",
]  # fmt: skip


class RunInline(ReadOnly, admin.TabularInline):
    model = Run
    fields = readonly_fields = tuple(RUN_COLUMNS)
    ordering = ["-pk"]
    show_change_link = True
    extra = 0


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, CarefulFilters, admin.ModelAdmin):
    list_display = ["uuid", "exercise", "version", "who", "result", "created_at"]
    list_filter = [
        ("exercise_version__exercise__lesson__course", KnownCourses),
        "exercise_version__kind",
        "exercise_version__framework",
        "created_at",
    ]
    search_fields = ["uuid", "user__email", "guest", "exercise_version__exercise__slug", "exercise_version__title"]
    search_help_text = gettext_lazy("The id of a submission or of a guest, an e-mail address, or an exercise.")
    date_hierarchy = "created_at"
    fields = ["uuid", "exercise_version", "who", "created_at", "texts", "answers_text", "assessment"]
    inlines = [RunInline]
    actions = ["judge_by_published", "judge_by_same"]
    show_full_result_count = False

    def has_rejudge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exercises.add_rejudging")

    @admin.action(description=gettext_lazy("Judge again by the published version (preview)"), permissions=["rejudge"])
    def judge_by_published(self, request: HttpRequest, attempts: SubmissionQuerySet) -> HttpResponseBase | None:
        return self._rejudge(request, attempts, Rejudging.Against.PUBLISHED)

    @admin.action(description=gettext_lazy("Judge again by the same version (preview)"), permissions=["rejudge"])
    def judge_by_same(self, request: HttpRequest, attempts: SubmissionQuerySet) -> HttpResponseBase | None:
        return self._rejudge(request, attempts, Rejudging.Against.SAME)

    def _rejudge(
        self, request: HttpRequest, attempts: SubmissionQuerySet, against: Rejudging.Against
    ) -> HttpResponseBase | None:
        rejudging = start(request, Submission.objects.filter(pk__in=attempts.values("pk")), against)
        if rejudging is None:
            return None
        self.log_addition(request, rejudging, noted(gettext_noop("Attempts judged again, as a preview.")))
        return see_other(rejudging.get_absolute_url())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        submissions = cast(SubmissionQuerySet, super().get_queryset(request))
        return submissions.with_current_run().select_related("user")

    def view_on_site(self, submission: Submission) -> str:
        return submission.get_absolute_url()

    @admin.display(description=gettext_lazy("exercise"), ordering="exercise_version__exercise__slug")
    def exercise(self, submission: Submission) -> str:
        return submission.exercise_version.exercise.slug

    @admin.display(description=gettext_lazy("version"), ordering="exercise_version__number")
    def version(self, submission: Submission) -> int:
        return submission.exercise_version.number

    @admin.display(description=gettext_lazy("owner"), ordering="user__email")
    def who(self, submission: Submission) -> str:
        return submission.user.email if submission.user else gettext("guest %(guest)s") % {"guest": submission.guest}

    @admin.display(description=gettext_lazy("result"))
    def result(self, submission: Submission) -> str:
        run = submission.current_run
        return run.get_verdict_display() or run.get_status_display()

    @admin.display(description=gettext_lazy("files"))
    def texts(self, submission: Submission) -> SafeString:
        return format_html_join("", '<h4 translate="no">{}</h4><pre>{}</pre>', submission.files.items())

    @admin.display(description=gettext_lazy("answers"))
    def answers_text(self, submission: Submission) -> SafeString:
        return SafeString("") if submission.answers is None else as_json(submission.answers)

    @admin.display(description=gettext_lazy("ticked of the rubric"))
    def assessment(self, submission: Submission) -> str:
        found = SelfAssessment.objects.filter(submission=submission).first()
        return ", ".join(found.ticked) if found else ""


RUN_FIELDS: list[Any] = [
    reason_code,
    level_code,
    "details_text",
    "tests_text",
    "answer_text",
    "stdout_text",
    "stderr_text",
]


@admin.register(Run)
class RunAdmin(ReadOnly, CarefulFilters, admin.ModelAdmin):
    list_display = ["uuid", "exercise", *RUN_COLUMNS]
    list_filter = ["status", "verdict", ("reason", NamedCodes), "purpose", ("level", NamedCodes), "created_at"]
    list_select_related = SUBJECTS
    search_fields = ["uuid", "submission__uuid", "trial__uuid", "submission__exercise_version__exercise__slug"]
    search_help_text = gettext_lazy("The id of a run, of a submission or of a trial, or an exercise.")
    date_hierarchy = "created_at"
    exclude = ["reason", "level", "details", "tests", "answer", "stdout", "stderr"]
    readonly_fields = RUN_FIELDS
    show_full_result_count = False

    @admin.display(description=gettext_lazy("exercise"), ordering="submission__exercise_version__exercise__slug")
    def exercise(self, run: Run) -> str:
        return run.subject.origin

    @admin.display(description=gettext_lazy("details"))
    def details_text(self, run: Run) -> SafeString:
        return as_json(run.details)

    @admin.display(description=gettext_lazy("tests"))
    def tests_text(self, run: Run) -> SafeString:
        return as_json(run.tests)

    @admin.display(description=gettext_lazy("answer"))
    def answer_text(self, run: Run) -> SafeString:
        return SafeString("") if run.answer is None else as_json(run.answer)

    @admin.display(description=gettext_lazy("stdout"))
    def stdout_text(self, run: Run) -> SafeString:
        return format_html("<pre>{}</pre>", run.stdout)

    @admin.display(description=gettext_lazy("stderr"))
    def stderr_text(self, run: Run) -> SafeString:
        return format_html("<pre>{}</pre>", run.stderr)


def as_json(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
