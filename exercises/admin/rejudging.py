"""Attempts that are judged again: which, what it would change, and whether it shall."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from courses.action_log import noted
from exercises.admin.followed import followed_page, is_done, require_post, row_at, see_other
from exercises.admin.read_only import ReadOnly
from exercises.check_results import CHECK_LOOKS
from exercises.errors import ExerciseError
from exercises.models import Exercise, ExerciseCheck, ExerciseVersion, Rejudging, Run, Submission, SubmissionQuerySet
from exercises.rejudging import (
    Preview,
    apply_rejudging,
    changed_runs,
    discard_rejudging,
    named,
    preview_of,
    request_rejudging,
    verdict_name,
)
from exercises.statistics import in_days

ADD, CHANGE = "exercises.add_rejudging", "exercises.change_rejudging"
PAGE = "admin/exercises/checks/rejudging.html"
LIVE = "admin/exercises/checks/_rejudging.html"
SHOWN = 200  # attempts that change, on the page
VERDICTS = [choice for choice in Run.Verdict.choices if choice[0] != Run.Verdict.RAN]


def start(
    request: HttpRequest, attempts: SubmissionQuerySet, against: Rejudging.Against, note: str = ""
) -> Rejudging | None:
    """Begin a preview of *attempts*; None, and a message, where there is nothing to judge."""
    if not request.user.has_perm(ADD):
        raise PermissionDenied
    try:
        return request_rejudging(attempts=attempts, against=against, author=cast(User, request.user), note=note)
    except ExerciseError as refusal:
        messages.warning(request, str(refusal.message))
        return None


class RejudgeForm(forms.Form):
    """Which attempts at one exercise; what is left empty does not matter."""

    version = forms.ModelChoiceField(
        queryset=ExerciseVersion.objects.none(),
        required=False,
        label=gettext_lazy("Judged by"),
        empty_label=gettext_lazy("any version"),
    )
    verdicts = forms.MultipleChoiceField(
        choices=VERDICTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("With the verdict"),
        help_text=gettext_lazy("None: with any."),
    )
    since = forms.DateField(
        required=False, label=gettext_lazy("Handed in from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label=gettext_lazy("to, that day included"), widget=forms.DateInput(attrs={"type": "date"})
    )
    against = forms.ChoiceField(
        choices=Rejudging.Against.choices,
        label=gettext_lazy("Judge them by"),
        widget=forms.RadioSelect,
        initial=Rejudging.Against.PUBLISHED,
    )
    note = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("What was mended"),
        widget=forms.TextInput(attrs={"size": 60}),
    )

    def __init__(self, exercise: Exercise, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exercise = exercise
        cast(forms.ModelChoiceField, self.fields["version"]).queryset = exercise.versions.all()

    def attempts(self) -> SubmissionQuerySet:
        """What is chosen; the form is valid."""
        cleaned = self.cleaned_data
        found = Submission.objects.of_exercise(self.exercise.pk)
        if cleaned["version"]:
            found = found.filter(exercise_version=cleaned["version"])
        if cleaned["verdicts"]:
            found = found.with_verdicts(cleaned["verdicts"])
        return found.filter(in_days("created_at", cleaned["since"], cleaned["until"]))


class RejudgedAdmin(admin.ModelAdmin):
    """The part of the admin of exercises that selects their attempts."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.rejudge_view)
        return [path("<int:object_id>/rejudge/", view, name="exercises_exercise_rejudge"), *super().get_urls()]

    def rejudge_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Which attempts at the exercise are to be judged again; a POST begins with it."""
        exercise = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        form = RejudgeForm(exercise, request.POST if request.method == "POST" else None)
        if form.is_valid():
            against = Rejudging.Against(form.cleaned_data["against"])
            rejudging = start(request, form.attempts(), against, form.cleaned_data["note"])
            if rejudging is not None:
                note = gettext_noop("Attempts judged again, as preview %(number)s.")
                self.log_change(request, exercise, noted(note, number=rejudging.pk))
                return see_other(rejudging.get_absolute_url())
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Judge attempts again"),
            "subtitle": str(exercise),
            "opts": self.opts,
            "original": exercise,
            "form": form,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/exercises/checks/rejudge.html", context, status=status)


@admin.register(Rejudging)
class RejudgingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["__str__", "created_at", "created_by", "against", "note", "state"]
    list_select_related = ["created_by"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("state"))
    def state(self, rejudging: Rejudging) -> str:
        if rejudging.applied_at:
            return gettext("Applied")
        return gettext("Discarded") if rejudging.discarded_at else gettext("Preview")

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "<int:object_id>/apply/": (self.apply_view, "apply"),
            "<int:object_id>/discard/": (self.discard_view, "discard"),
        }
        wrapped = [
            path(route, self.admin_site.admin_view(view), name=f"exercises_rejudging_{name}")
            for route, (view, name) in pages.items()
        ]
        return [*wrapped, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What judging these attempts again would change, or has changed."""
        rejudging: Rejudging = row_at(self, request, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        preview = preview_of(rejudging)
        changed = list(changed_runs(rejudging)[: SHOWN + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Attempts judged again"),
            "subtitle": rejudging.note,
            "opts": self.opts,
            "original": rejudging,
            "result": summary(rejudging, preview),
            "counts": list(named(preview.counts)),
            "changed": [
                (run, verdict_name(cast(Any, run).verdict_before), verdict_name(run.verdict)) for run in changed[:SHOWN]
            ],
            "is_cut": len(changed) > SHOWN,
            "is_pending": preview.is_pending and rejudging.is_open,
            "can_change": request.user.has_perm(CHANGE),
            "live_url": f"{rejudging.get_absolute_url()}?part=live",
        }
        return followed_page(request, PAGE, LIVE, context)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(map(request.user.has_perm, ("exercises.view_rejudging", ADD, CHANGE)))

    def apply_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """POST: what the preview shows becomes the result of each attempt."""
        rejudging: Rejudging = row_at(self, request, object_id)
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if refusal := require_post(request):
            return refusal
        applied: list[int] = []
        if is_done(
            request,
            lambda: applied.append(apply_rejudging(rejudging=rejudging)),
            refused=gettext("It is applied or discarded already, or its attempts are still being judged."),
        ):
            self.log_change(
                request, rejudging, noted(gettext_noop("Applied to %(number)s attempts."), number=applied[0])
            )
            text = ngettext(
                "%(count)d attempt has its new result.", "%(count)d attempts have their new results.", applied[0]
            )
            self.message_user(request, text % {"count": applied[0]}, messages.SUCCESS)
        return see_other(rejudging.get_absolute_url())

    def discard_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """POST: every attempt keeps the result that it has."""
        rejudging: Rejudging = row_at(self, request, object_id)
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if refusal := require_post(request):
            return refusal
        refused = gettext("It is applied or discarded already.")
        if is_done(request, lambda: discard_rejudging(rejudging=rejudging), refused=refused):
            self.log_change(request, rejudging, noted(gettext_noop("Discarded.")))
        return see_other(rejudging.get_absolute_url())


def summary(rejudging: Rejudging, preview: Preview) -> dict[str, Any]:
    """The head of the page: headline, tone, icon, done, total, said."""
    changes = sum(count for change, count in preview.counts if change.before != change.after)
    if rejudging.discarded_at:
        headline, status = gettext("Discarded: every attempt has kept its result"), ExerciseCheck.Status.CANCELLED
    elif preview.is_pending:
        headline, status = gettext("The attempts are being judged again"), ExerciseCheck.Status.PENDING
    elif rejudging.applied_at:
        text = ngettext("Applied: %(count)d verdict changed", "Applied: %(count)d verdicts changed", changes)
        headline, status = text % {"count": changes}, ExerciseCheck.Status.PASSED
    else:
        text = ngettext("%(count)d verdict would change", "%(count)d verdicts would change", changes)
        headline, status = text % {"count": changes}, ExerciseCheck.Status.CANCELLED
    look = CHECK_LOOKS[status]
    return {
        "headline": headline,
        "tone": look.tone,
        "icon": look.icon,
        "done": preview.done,
        "total": preview.total,
        "said": headline,
    }
