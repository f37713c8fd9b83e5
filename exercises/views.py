"""Pages of the practice. A view reads the request, calls one service, and answers."""

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, gettext_noop
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.access import may_edit
from courses.models import Course, Lesson
from courses.previews import PARAMETER, PreviewOver, check_preview
from courses.views import preview_over
from exercises import answer_views, submitting
from exercises.access import (
    acting_on,
    may_act,
    readable_submission,
    retired_exercise,
    version_to_try,
    visible_exercise,
)
from exercises.answers import ANSWERED
from exercises.answers.given import GivenEntry, given_entries
from exercises.answers.matrix import Matrix
from exercises.conversations import mark_seen
from exercises.course_progress import changed_since, continuation_of, progress_in
from exercises.drafts import draft_of
from exercises.errors import ExerciseError, NotYours
from exercises.files import MAX_FILE_BYTES
from exercises.forms import PREFIX, FilesForm
from exercises.help_views import HINT, open_asked_hint
from exercises.highlighting import shown_files
from exercises.history import history_of, newest_of_kind, number_of, present_code, timeline_of
from exercises.models import Exercise, ExerciseVersion, Submission
from exercises.owners import ensure_owner, owner_of
from exercises.pages import frame_of, place_of
from exercises.progress import mark_lesson
from exercises.responses import SeeOther, private
from exercises.results import Result, result_of
from exercises.steps import next_step
from exercises.throttling import check_rate

PENDING_RETRY_SECONDS = 1


@private
@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: HttpRequest, slug: str) -> HttpResponse:
    """Task, files, and the learner's attempts; a POST hands in the files and answers 303 to the attempt.

    Whoever has a link with ?preview=<token> sees the draft, and can do nothing on its page (courses.previews).
    """
    if token := request.GET.get(PARAMETER):
        return shared(request, slug, token)
    try:
        found, version = visible_exercise(request, slug)
    except Http404:
        if gone := retired_exercise(slug):
            attempts = history_of(owner_of(request), gone)
            context = {"exercise": gone, "course": gone.lesson.course, "attempts": attempts}
            return render(request, "exercises/retired.html", context, status=HTTPStatus.GONE)
        raise
    if not version.is_complete:
        return unfinished_page(request, found, version)
    if version.kind in ANSWERED:
        return answer_views.exercise(request, found, version)
    form = FilesForm(version, request.POST if request.method == "POST" else None)
    refusal: ExerciseError | None = None
    if HINT in request.POST:
        open_asked_hint(request, found, version)
    elif form.is_bound:
        try:
            check_rate(request)
            if form.is_valid():
                submission = submitting.submit(
                    owner=ensure_owner(request),
                    exercise=found,
                    files=form.texts,
                    draft_version=form.draft_version,
                    preview=version_to_try(request, found),
                )
                return SeeOther(submission.get_absolute_url())
        except ExerciseError as error:
            refusal = error
            form.add_error(None, error.message)
    return exercise_page(request, found, version, form, refusal)


def shared(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The draft, to be looked at."""
    exercises = Exercise.objects.select_related("lesson__course", "lesson__published", "draft")
    found = get_object_or_404(exercises, slug=slug)
    version = found.draft
    try:
        check_preview(found, token)
    except PreviewOver:
        return preview_over(request)
    if version is None or request.method == "POST":
        raise Http404
    if not version.is_complete:
        return unfinished_page(request, found, version)
    context = {**place_of(found, version), "files": shown_files(version.starter),
               "case_names": [case["name"] for case in version.cases]}  # fmt: skip
    if version.kind in ANSWERED:
        context |= answer_views.fields_of(version)
    response = render(request, "exercises/shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def unfinished_page(request: HttpRequest, found: Exercise, version: ExerciseVersion) -> HttpResponse:
    """In place of a draft that was saved with mistakes."""
    edit_url = reverse("admin:exercises_exercise_change", args=[found.pk])
    context = place_of(found, version) | {"edit_url": edit_url if may_edit(request.user, found.lesson.course) else ""}
    response = render(request, "exercises/unfinished.html", context, status=HTTPStatus.CONFLICT)
    response["X-Robots-Tag"] = "noindex"
    return response


def exercise_page(
    request: HttpRequest, found: Exercise, version: ExerciseVersion, form: FilesForm, refusal: ExerciseError | None
) -> HttpResponse:
    frame = frame_of(request, found, version)
    # What staff tries of a version that is not for learners has no draft on the server and no history.
    draft = None if frame["is_preview"] else draft_of(owner_of(request), found)
    timeline = [] if frame["is_preview"] else timeline_of(owner_of(request), found, frame["history"])
    texts = form.texts if form.is_bound else present_code(draft, frame["history"], version)
    newest = newest_of_kind(frame["history"], version.kind)
    context: dict[str, Any] = {
        **frame,
        "files": [
            {"path": path, "name": PREFIX + path, "text": texts[path], "starter": starter}
            for path, starter in version.starter.items()
        ],
        "form": form,
        "draft_version": form.draft_version if form.is_bound else draft.version if draft else 0,
        "draft": draft,
        "timeline": timeline,
        "is_judged": newest is not None,
        "judged_files": json.dumps(newest.files) if newest and newest.files != texts else "",
        "max_file_bytes": MAX_FILE_BYTES,
    }
    is_handed_in = form.is_bound and HINT not in request.POST
    status = (422 if is_handed_in else 200) if refusal is None else refusal.status
    response = render(request, "exercises/exercise.html", context, status=status)
    if refusal is not None and refusal.retry_after_seconds:
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response


@private
@require_safe
def submission(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One attempt with its result and its code; without scripts it reloads itself until it is final."""
    found = readable_submission(request, uuid)
    entries = given_entries(found, is_owner=found.owner == owner_of(request))
    response = submission_page(request, found, entries)
    if found.owner == owner_of(request) and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mark_seen(message for entry in entries for message in entry.messages)
    return response


def submission_page(
    request: HttpRequest, found: Submission, entries: list[GivenEntry], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    version = found.exercise_version
    context = {
        **place_of(version.exercise, version),
        "submission": found,
        "result": result_for(request, found, is_alone=True),
        "has_changed_since": changed_since(version.number, version.exercise),
        "next_step": next_step(version.exercise),
        "files": shown_files(found.files),
        "answers": found.answers,
        "entries": entries,
        "matrix": Matrix.of_answers(found.answers) if found.answers and version.kind == "decision" else None,
    }
    return render(request, "exercises/submission.html", context, status=status)


def result_for(request: HttpRequest, found: Submission, *, is_alone: bool) -> Result:
    return result_of(found, number=number_of(found), may_act=may_act(request, found), is_alone=is_alone)


@require_safe
@cache_control(private=True, no_cache=True)
def panel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The result alone, for the live update: 304 while nothing has changed. ?alone is for the attempt's own page."""
    found = readable_submission(request, uuid)
    result = result_for(request, found, is_alone="alone" in request.GET)
    etag = etag_of(result)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "exercises/_panel.html", {"result": result})
        response["ETag"] = etag
    if result.is_pending:
        response["Retry-After"] = str(PENDING_RETRY_SECONDS)
    return response


def etag_of(result: Result) -> str:
    """Changes with what the panel says; weak, because the form's token in it differs each time."""
    run = result.run
    parts = (run.uuid, run.status, run.tries, result.number, result.progress_text, result.lines, result.can_cancel,
             get_language(), result.review and result.review.ticked)  # fmt: skip
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop the attempt; the page that follows shows what became of it, also when it was too late."""
    found = readable_submission(request, uuid)
    return act(request, found, submitting.cancel, done=gettext_noop("Attempt stopped for its learner."))


@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Judge once more what we could not judge, or what was stopped. It counts like handing in: it costs as much."""

    def retry_within_rate(*, submission: Submission) -> None:
        check_rate(request)
        submitting.retry(submission=submission)

    found = readable_submission(request, uuid)
    return act(request, found, retry_within_rate, done=gettext_noop("Attempt tried again for its learner."))


def act(request: HttpRequest, found: Submission, service: Callable[..., Any], *, done: str) -> HttpResponse:
    try:
        with acting_on(request, found, done=done):
            service(submission=found)
    except NotYours as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except ExerciseError as refusal:
        messages.warning(request, refusal.message)
    return SeeOther(found.get_absolute_url())


@private
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """All that this learner has done, course by course."""
    owner = owner_of(request)
    courses = progress_in(Course.objects.published().with_outline(), owner)
    context = {"courses": courses, "left_off": continuation_of(owner, courses)}
    return render(request, "exercises/progress.html", context)


@require_POST
def lesson_done(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """Mark a lesson as done (done=1) or not (done=0)."""
    lessons = Lesson.objects.published().select_related("course")
    found = get_object_or_404(lessons, course__slug=course, slug=lesson)
    is_done = request.POST.get("done")
    if is_done not in ("0", "1"):
        return HttpResponseBadRequest("done must be 0 or 1")
    mark_lesson(owner=ensure_owner(request), lesson=found, is_done=is_done == "1")
    return SeeOther(f"{found.get_absolute_url()}#practice")
