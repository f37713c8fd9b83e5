"""Pages on which code is run without being handed in. Everything works without a script."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from csp.decorators import csp
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exercises import trying
from exercises.access import DRAFT_QUERY, acting_on, exercise_to_hand_in, may_act, readable_trial
from exercises.errors import ExerciseError, NotComplete, NotYours
from exercises.models import Trial
from exercises.owners import ensure_owner
from exercises.responses import SeeOther, private
from exercises.throttling import check_rate
from exercises.trial_forms import RunForm
from exercises.trial_results import HTML, TrialResult, result_of
from exercises.trying import Program

PENDING_RETRY_SECONDS = 1
# Of a page that a learner's program made: shapes and colours only. No scripts, no forms, nothing from anywhere.
ANSWER_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "sandbox": True,
}


@private
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, course: str, lesson: str, name: str) -> HttpResponse:
    """A listing to change and to run; a POST runs it and answers 303 to what comes of it."""
    return run_page(request, listing_program(request, course, lesson, name))


def listing_program(request: HttpRequest, course: str, lesson: str, name: str) -> Program:
    """Of the published text; for staff also ?version=draft and ?version=<number>. Raises Http404."""
    wanted = request.GET.get("version", "")
    found = trying.find_listing(request.user, course=course, lesson=lesson, name=name, version=wanted)
    return trying.program_of_listing(*found, asked_for=wanted)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for the files of an exercise, which its own page sends here; for staff also of a draft."""
    try:
        found, preview = exercise_to_hand_in(request, slug)
    except NotComplete:  # whose page says so
        return SeeOther(reverse("exercises:exercise", args=[slug]) + DRAFT_QUERY)
    try:
        program = trying.program_of_exercise(found, preview, asked_for="draft" if preview else "")
    except ExerciseError as refusal:
        raise Http404 from refusal
    return run_page(request, program)


def run_page(request: HttpRequest, program: Program) -> HttpResponse:
    form = RunForm(program, request.POST if request.method == "POST" else None)
    status, retry_after_seconds, wait = 200, None, None
    if request.method == "POST":
        status = 422
        try:
            check_rate(request)
            if form.is_valid:
                trial = trying.start(
                    owner=ensure_owner(request), program=program, files=form.files, request=form.request
                )
                return SeeOther(trial.get_absolute_url())
        except ExerciseError as refusal:
            form.refuse(refusal)
            status, retry_after_seconds = refusal.status, refusal.retry_after_seconds
            wait = refusal.wait_seconds
    context = page_context(program) | {"form": form_context(program, form), "problems": form.problems, "wait": wait}
    response = render(request, "exercises/run.html", context, status=status)
    if retry_after_seconds:
        response["Retry-After"] = str(retry_after_seconds)
    return response


@private
@require_safe
def form_fragment(request: HttpRequest, course: str, lesson: str, name: str) -> HttpResponse:
    """The form of a listing alone, for the script that runs it in the lesson."""
    program = listing_program(request, course, lesson, name)
    return render(request, "exercises/_run_form.html", {"form": form_context(program, RunForm(program))})


@private
@require_safe
def trial(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What came of one run, above the code to run it again; without scripts it reloads itself until it is final."""
    found = readable_trial(request, uuid)
    program = program_of_trial(found)
    form = RunForm(program)
    context = page_context(program) | {
        "form": form_context(program, form),
        "result": result_for(request, found),
        "trial": found,
    }
    return render(request, "exercises/run.html", context)


def program_of_trial(trial: Trial) -> Program:
    """What the trial ran, to be run again."""
    return Program(
        kind=trial.kind,
        framework=trial.framework,
        files=trial.files,
        request=trial.request,
        exercise_version=trial.exercise_version,
        lesson_version=trial.lesson_version,
        listing=trial.listing,
    )


def page_context(program: Program) -> dict[str, Any]:
    """Where the program came from, for the page around it."""
    if program.exercise_version is not None:
        found = program.exercise_version.exercise
        return {
            "course": found.lesson.course,
            "origin": {"url": found.get_absolute_url(), "title": program.exercise_version.title},
            "back": _("Back to the exercise"),
        }
    assert program.lesson_version is not None  # noqa: S101 - it is one of the two
    lesson = program.lesson_version.lesson
    return {
        "course": lesson.course,
        "origin": {"url": lesson.get_absolute_url(), "title": program.lesson_version.title},
        "back": _("Back to the lesson"),
    }


def form_context(program: Program, form: RunForm) -> dict[str, Any]:
    """What _run_form.html needs."""
    return {
        "action": address_of(program),
        "api_url": reverse("api:run-create"),
        "subject": json.dumps(subject_of(program)),
        "files": [{"path": path, "text": text} for path, text in form.files.items()],
        "request": form.fields,
        "submit_url": submit_url(program),
    }


def submit_url(program: Program) -> str:
    """Where the files can be handed in; "" for those of a listing."""
    if program.exercise_version is None:
        return ""
    query = "?version=draft" if program.version else ""
    return program.exercise_version.exercise.get_absolute_url() + query


def subject_of(program: Program) -> dict[str, str]:
    """How the API is told what to run."""
    version = {"version": program.version} if program.version else {}
    if program.exercise_version is not None:
        return {"exercise": program.exercise_version.exercise.slug, **version}
    assert program.lesson_version is not None  # noqa: S101 - it is one of the two
    lesson = program.lesson_version.lesson
    return {"course": lesson.course.slug, "lesson": lesson.slug, "listing": program.listing, **version}


def address_of(program: Program) -> str:
    subject = subject_of(program)
    query = f"?version={subject.pop('version')}" if program.version else ""
    name = "run-exercise" if "exercise" in subject else "run-listing"
    return reverse(f"exercises:{name}", args=list(subject.values())) + query


def result_for(request: HttpRequest, found: Trial) -> TrialResult:
    return result_of(found, may_act=may_act(request, found))


@require_safe
@cache_control(private=True, no_cache=True)
def panel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The result alone, for the live update: 304 while nothing has changed."""
    found = readable_trial(request, uuid)
    result = result_for(request, found)
    etag = etag_of(result)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "exercises/_run_panel.html", {"result": result})
        response["ETag"] = etag
    if result.is_pending:
        response["Retry-After"] = str(PENDING_RETRY_SECONDS)
    return response


def etag_of(result: TrialResult) -> str:
    """Changes with what the panel says; weak, because the form's token in it differs each time."""
    run = result.trial.run
    parts = (run.uuid, run.status, run.tries, result.progress_text, result.headline, result.can_cancel)
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


@private
@require_safe
@xframe_options_sameorigin
@csp(ANSWER_POLICY)  # type: ignore[arg-type]  # its types know views without arguments only
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the program answered, where that is HTML, to be shown in a frame of the result: hostile, whatever it looks
    like. The policy takes everything from it but its looks; as a page of its own it is not given out."""
    found = readable_trial(request, uuid)
    body = found.run.answer or {}
    if body.get("media_type") not in HTML:
        raise Http404
    if request.headers.get("Sec-Fetch-Dest", "iframe") != "iframe":  # browsers leave it out on plain HTTP
        return HttpResponseForbidden(_("This is shown in a frame of the page of the run only."), "text/plain")
    response = HttpResponse(body["body"], content_type="text/html; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop the run; the page that follows shows what became of it, also when it was too late."""
    found = readable_trial(request, uuid)
    try:
        with acting_on(request, found, done=gettext_noop("Run stopped for its learner.")):
            trying.cancel(trial=found)
    except NotYours as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except ExerciseError as refusal:
        messages.warning(request, refusal.message)
    return SeeOther(found.get_absolute_url())
