"""Answers to scenarios, for reviewers: a queue, and a page on which each entry is answered."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from courses.action_log import noted
from exercises.admin.changelist import CarefulFilters, KnownCourses
from exercises.answers.given import Typed, given_entries
from exercises.answers.review import rubric_rows
from exercises.conversations import answer_entry, needs_no_answer
from exercises.errors import ExerciseError
from exercises.message_forms import MessageForm
from exercises.models import ScenarioAnswers

States = ScenarioAnswers.QueueState


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("To be answered")), *((str(state.value), state.label) for state in States)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(queue_state__in=[States.WRITTEN_BACK, States.NEW])
        if self.value() in {str(state.value) for state in States}:
            return queryset.filter(queue_state=int(cast(str, self.value())))
        return queryset


@admin.register(ScenarioAnswers)
class ScenarioAnswersAdmin(CarefulFilters, admin.ModelAdmin):
    """Who wrote the answers is not said: a reviewer answers a text, and needs to know no learner for that."""

    list_display = ["exercise", "course", "state", "who", "created_at"]
    list_filter = [QueueFilter, ("exercise_version__exercise__lesson__course", KnownCourses)]
    search_fields = ["uuid", "exercise_version__exercise__slug", "exercise_version__title"]
    search_help_text = gettext_lazy("The id of an attempt, or an exercise.")
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScenarioAnswers]:
        found = ScenarioAnswers.objects.get_queryset().with_state()  # without which it has no order
        related = found.select_related("exercise_version__exercise__lesson__course", "self_assessment")
        return related.order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits comes first, course by course, and who has waited longest first."""
        return ["queue_state", "exercise_version__exercise__lesson__course__position", "pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("exercise"))
    def exercise(self, answers: ScenarioAnswers) -> str:
        return answers.exercise_version.title

    @admin.display(description=gettext_lazy("course"))
    def course(self, answers: ScenarioAnswers) -> str:
        return answers.exercise_version.exercise.lesson.course.title

    @admin.display(description=gettext_lazy("state"))
    def state(self, answers: Any) -> str:
        return str(States(answers.queue_state).label)

    @admin.display(description=gettext_lazy("owner"))
    def who(self, answers: ScenarioAnswers) -> str:
        return gettext("account") if answers.user_id else gettext("guest")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The entries with what was written about each, rubric and model answers beside; a POST answers an entry."""
        answers = self.get_object(request, object_id)
        if answers is None:
            raise Http404
        if not self.has_view_or_change_permission(request, answers):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, answers)
        if not self.has_change_permission(request, answers):
            raise PermissionDenied
        entry = request.POST.get("entry", "")
        if not (entry.isascii() and entry.isdigit() and len(entry) < 4):
            raise Http404
        return self._answer(request, answers, int(entry))

    def _answer(self, request: HttpRequest, answers: ScenarioAnswers, entry: int) -> HttpResponse:
        form = MessageForm(request.POST)
        try:
            if "no_answer" in request.POST:
                needs_no_answer(submission=answers, entry=entry)
                note = noted(gettext_noop("Entry %(number)s marked as needing no answer."), number=entry)
                self.log_change(request, answers, note)
                self.message_user(
                    request, gettext("Scenario %(entry)d needs no answer.") % {"entry": entry}, messages.SUCCESS
                )
                return HttpResponseRedirect(f"{request.path}#entry-{entry}")
            if not form.is_valid():
                return self._page(request, answers, typed={entry: Typed(form.typed, form.problem)}, status=422)
            answer_entry(
                submission=answers, entry=entry, text=form.cleaned_data["text"], author=cast(User, request.user)
            )
        except ExerciseError as refusal:
            if refusal.status == 404:
                raise Http404 from refusal
            typed = {entry: Typed(form.typed, str(refusal.message))}
            return self._page(request, answers, typed=typed, status=refusal.status)
        self.log_change(request, answers, noted(gettext_noop("Entry %(number)s answered."), number=entry))
        self.message_user(
            request, gettext("Your answer to scenario %(entry)d is sent.") % {"entry": entry}, messages.SUCCESS
        )
        return HttpResponseRedirect(f"{request.path}#entry-{entry}")

    def _page(
        self,
        request: HttpRequest,
        answers: ScenarioAnswers,
        *,
        typed: dict[int, Typed] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        version = answers.exercise_version
        context = {
            **self.admin_site.each_context(request),
            "title": version.title,
            "opts": self.opts,
            "original": answers,
            "version": version,
            "course": version.exercise.lesson.course,
            "state": self.state(answers),
            "entries": given_entries(
                answers, is_reviewer=self.has_change_permission(request, answers), typed=typed or {}
            ),
            "choice_label": version.sheet["scenario"]["choice_label"],
            "criteria": version.sheet["scenario"]["criterion"],
            "models": version.sheet["scenario"]["model"],
            "rubric": rubric_rows(answers),
            "max_text": MessageForm.MAX_TEXT,
        }
        return TemplateResponse(request, "admin/exercises/scenarioanswers/change_form.html", context, status=status)
