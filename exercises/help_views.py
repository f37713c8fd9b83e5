"""Pages of the help that an exercise offers: hints in its own page, the solution on one beside it."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from courses.diffs import diffs_of
from exercises import helping
from exercises.access import DRAFT_QUERY, query_of, version_to_try, visible_exercise
from exercises.answers import ANSWERED
from exercises.errors import NoMoreHints, NoSolution, SolutionClosed
from exercises.highlighting import highlighted
from exercises.history import number_of
from exercises.models import Exercise, ExerciseVersion, Owner, Run, Submission
from exercises.owners import ensure_owner, owner_of
from exercises.progress import has_passed
from exercises.responses import SeeOther, private

HINT = "hint"  # the button of a form that asks for a hint instead of handing in; its value is the hint's number
OPENED = "opened"  # of the address of a draft's help: how many hints are open, which is remembered nowhere else


def open_asked_hint(request: HttpRequest, exercise: Exercise, version: ExerciseVersion) -> None:
    """Open the hint that the form asks for; one that is not there, or is not next, changes nothing.

    Nor does staff's trying of a draft.
    """
    number = _number(request.POST.get(HINT, ""))
    if 0 < number <= len(version.hints_html) and version_to_try(request, exercise) is None:
        with suppress(NoMoreHints):
            helping.open_hint(owner=ensure_owner(request), exercise=exercise, version=version, number=number)


def help_for(
    request: HttpRequest, exercise: Exercise, version: ExerciseVersion, *, is_passed: bool | None = None
) -> helping.Help:
    """What the page of the exercise shows of its help. The queries of help_of()."""
    if version.pk is None or version_to_try(request, exercise) is None:
        return helping.help_of(owner_of(request), exercise, version, is_passed=is_passed)
    asked = (request.POST.get(HINT, ""), request.GET.get(OPENED, ""))
    return helping.help_of_draft(version, opened=max(map(_number, asked)))


def _number(text: str) -> int:
    """0 for what is none."""
    return int(text[:4]) if text.isascii() and text.isdigit() else 0


@private
@require_http_methods(["GET", "HEAD", "POST"])
def help_fragment(request: HttpRequest, slug: str) -> HttpResponse:
    """The help alone, for a page with scripts; a POST opens the next hint first."""
    found, version = visible_exercise(request, slug)
    if request.method == "POST":
        open_asked_hint(request, found, version)
    context = {
        "help": help_for(request, found, version),
        "exercise": found,
        "form_id": "answers-form" if version.kind in ANSWERED else "code-form",
        "version_query": query_of(request, found),
    }
    return render(request, "exercises/_help.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def solution(request: HttpRequest, slug: str) -> HttpResponse:
    """The reference solution beside the learner's own code; asks first where it is not open yet. A POST opens it."""
    found, version = visible_exercise(request, slug)
    owner = owner_of(request)
    context: dict[str, Any] = {"exercise": found, "version": version, "course": found.lesson.course}
    try:
        if version_to_try(request, found) is not None:
            context |= shown_solution(owner, found, version, helping.solution_of_draft(version))
            return render(request, "exercises/solution.html", context | {"version_query": DRAFT_QUERY})
        if request.method == "POST" and owner:
            helping.open_solution(owner=owner, exercise=found, version=version)
            return SeeOther(request.path)
        context |= shown_solution(owner, found, version, helping.solution_of(owner, found, version))
    except NoSolution as refusal:
        raise Http404 from refusal
    except SolutionClosed as refusal:
        context |= {"missing": refusal.missing, "condition": refusal.message}
        status = HTTPStatus.FORBIDDEN if refusal.missing else HTTPStatus.OK
        return render(request, "exercises/solution_closed.html", context, status=status)
    return render(request, "exercises/solution.html", context)


def shown_solution(
    owner: Owner | None, exercise: Exercise, version: ExerciseVersion, opened: helping.Solution
) -> dict[str, Any]:
    """What the page of the solution shows: the files and the text, and how the learner's best attempt differs."""
    mine = attempt_to_compare(owner, exercise, version) if owner and opened.files else None
    return {
        "solution": opened,
        "files": [{"path": path, "html": highlighted(path, text)} for path, text in opened.files.items()],
        "models": version.sheet.get("scenario", {}).get("model", []),
        "choice_label": version.sheet.get("scenario", {}).get("choice_label", ""),
        "mine": mine,
        "number": number_of(mine) if mine else 0,
        "diffs": diffs_of(mine.files, opened.files) if mine else [],
        "is_passed": has_passed(owner, exercise),
    }


def attempt_to_compare(owner: Owner, exercise: Exercise, version: ExerciseVersion) -> Submission | None:
    """The newest attempt that passed, else the newest; None when nothing like that was handed in."""
    attempts = Submission.objects.owned_by(owner).of_exercise(exercise.pk).with_current_run()
    attempts = attempts.filter(answers__isnull=True, exercise_version__kind=version.kind).order_by("-pk")
    return attempts.filter(runs__verdict=Run.Verdict.PASSED).first() or attempts.first()
