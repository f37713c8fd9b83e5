"""Pages of the exercises that are answered. Everything works without a script."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from exercises import answering
from exercises.access import acting_on, readable_submission, version_to_try
from exercises.answers import ANSWERED
from exercises.answers.fields import entry_fields, matrix_fields, mendings, question_fields
from exercises.answers.matrix import Matrix
from exercises.answers.reading import Answers
from exercises.answers.record import record_of
from exercises.conversations import conversations_of
from exercises.errors import ExerciseError, InvalidAnswers, NotPassed, NotYours
from exercises.help_views import HINT, open_asked_hint
from exercises.history import newest_of_kind
from exercises.models import Exercise, ExerciseVersion, Submission
from exercises.owners import ensure_owner
from exercises.pages import frame_of
from exercises.responses import SeeOther, private
from exercises.throttling import check_rate

SUBMIT = "submit"  # what the button of the form is called that hands in; the others change the form


def exercise(request: HttpRequest, found: Exercise, version: ExerciseVersion) -> HttpResponse:
    """Task, questions and the learner's attempts; a POST hands in the answers and answers 303 to the result."""
    kind = ANSWERED[version.kind]
    if request.method != "POST":
        return exercise_page(request, found, version)
    answers = kind.from_form(version.sheet, request.POST)
    matrix: Matrix | None = None
    if version.kind == "decision":
        if request.POST.get("do", SUBMIT) != SUBMIT:
            return exercise_page(request, found, version, matrix=changed_matrix(request))
        matrix = Matrix.of_form(request.POST)  # answers are without its empty rows and columns
        matrix.fill_up(columns=version.sheet["decision"]["min_candidates"])
    if HINT in request.POST:
        open_asked_hint(request, found, version)
        return exercise_page(request, found, version, answers=answers, matrix=matrix)
    try:
        check_rate(request)
        kind.read(version.sheet, answers)  # before a visitor becomes a guest
        answering.answer(
            owner=ensure_owner(request), exercise=found, answers=answers, preview=version_to_try(request, found)
        )
    except InvalidAnswers as refusal:
        problems = matrix.problems_here(refusal.problems) if matrix else refusal.problems
        return exercise_page(request, found, version, answers=answers, matrix=matrix, problems=problems, status=422)
    except ExerciseError as refusal:
        response = exercise_page(
            request,
            found,
            version,
            answers=answers,
            matrix=matrix,
            problems={"": str(refusal.message)},
            status=refusal.status,
            wait=refusal.wait_seconds,
        )
        if refusal.retry_after_seconds:
            response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    return SeeOther(f"{request.get_full_path()}#results")


def changed_matrix(request: HttpRequest) -> Matrix:
    """The matrix of the form after the button that was pressed, for browsers without scripts."""
    matrix = Matrix.of_form(request.POST)
    command, _, number = request.POST["do"].partition(":")
    index = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    if command == "add-criterion":
        matrix.add_row()
    elif command == "add-candidate":
        matrix.add_column()
    elif command == "remove-criterion":
        matrix.remove_row(index)
    elif command == "remove-candidate":
        matrix.remove_column(index)
    return matrix  # "rank": the sums are made whenever the page is


def exercise_page(
    request: HttpRequest,
    found: Exercise,
    version: ExerciseVersion,
    *,
    answers: Answers | None = None,
    matrix: Matrix | None = None,
    problems: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
    wait: int | None = None,
) -> HttpResponse:
    frame = frame_of(request, found, version)
    problems = problems or {}
    newest = newest_of_kind(frame["history"], version.kind)
    if answers is None and newest:
        answers = newest.answers
    context: dict[str, Any] = {
        **frame,
        "summary": mendings(version.kind, version.sheet, problems),
        "refusal": problems.get("", ""),
        "wait": wait,
        **fields_of(version, answers=answers, matrix=matrix, problems=problems, newest=newest),
    }
    return render(request, "exercises/answers/exercise.html", context, status=status)


def fields_of(
    version: ExerciseVersion,
    *,
    answers: Answers | None = None,
    matrix: Matrix | None = None,
    problems: dict[str, str] | None = None,
    newest: Submission | None = None,
) -> dict[str, Any]:
    """Context of form_template, which is among it: the fields that the kind of *version* has.

    newest: the learner's attempt to whose entries staff may have answered.
    """
    problems = problems or {}
    context: dict[str, Any] = {"form_template": f"exercises/answers/_{version.kind}_form.html"}
    if version.kind == "choice":
        context["questions"] = question_fields(version.sheet, answers or {}, problems)
    elif version.kind == "scenario":
        context |= {
            "entries": entry_fields(
                version.sheet, answers or {}, problems, conversations_of(newest) if newest else None
            ),
            "answered_attempt": newest,
            "scenario": version.sheet["scenario"],
        }
    else:
        decision = version.sheet["decision"]
        if matrix is None:
            matrix = Matrix.of_answers(answers) if answers else Matrix.to_begin_with(decision)
            matrix.fill_up(columns=decision["min_candidates"])
        context["matrix"] = matrix_fields(version.sheet, matrix, problems)
    return context


@require_POST
def assess(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep what its owner ticked of the rubric; back to where the attempt is shown."""
    found = readable_submission(request, uuid)
    if found.exercise_version.kind != "scenario":
        raise Http404
    try:
        with acting_on(request, found, done=gettext_noop("Self-assessment changed for its learner.")):
            answering.assess(submission=found, ticked=request.POST.getlist("tick"))
        messages.success(request, gettext("Your assessment is kept with this attempt."))
    except NotYours as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except NotPassed as refusal:
        messages.warning(request, refusal.message)
    attempts = Submission.objects.among(found.owner, previews=found.is_preview)
    attempts = attempts.of_exercise(found.exercise_version.exercise_id)
    is_newest = not attempts.filter(pk__gt=found.pk).exists()
    page = found.exercise_version.exercise if is_newest and not found.is_preview else found
    return SeeOther(f"{page.get_absolute_url()}#results")


@private
@require_safe
def decision_record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A decision as a Markdown file to download."""
    found = readable_submission(request, uuid)
    if found.exercise_version.kind != "decision" or found.answers is None:
        raise Http404
    text = record_of(found.answers, fallback_title=found.exercise_version.title, day=found.created_at.date())
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="decision.md"'
    return response
