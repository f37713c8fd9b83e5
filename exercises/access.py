"""The few functions that hand out exercises and learners' rows: no view gets one unchecked."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from exercises.errors import NotYours
from exercises.models import Exercise, ExerciseVersion, Submission, Trial
from exercises.owners import owner_of


def visible_exercise(request: HttpRequest, slug: str) -> tuple[Exercise, ExerciseVersion]:
    """The exercise and the version to show: the published one; for staff else the draft, or with ?version=draft.

    Raises Http404.
    """
    exercises = Exercise.objects.visible_to(request.user).select_related("lesson__course", "lesson__published", "draft")
    found = get_object_or_404(exercises, slug=slug)
    previews = request.method == "GET" and request.user.is_staff and request.GET.get("version") == "draft"
    version = (found.draft if previews else None) or found.published or found.draft
    if version is None:
        raise Http404
    return found, version


def readable_submission(request: HttpRequest | Request, uuid: UUID) -> Submission:
    """The submission with its current run. Raises Http404 also for one that may not be read."""
    return get_object_or_404(Submission.objects.readable_by(request.user).with_current_run(), uuid=uuid)


def require_readable(request: HttpRequest | Request, uuid: UUID) -> None:
    """What readable_submission() refuses, without loading what it gives. Raises Http404."""
    if not Submission.objects.readable_by(request.user).filter(uuid=uuid).exists():
        raise Http404


def readable_trial(request: HttpRequest | Request, uuid: UUID) -> Trial:
    """The trial with its run. Raises Http404 also for one that may not be read."""
    return get_object_or_404(Trial.objects.readable_by(request.user).with_run(), uuid=uuid)


def may_act(request: HttpRequest | Request, subject: Submission | Trial) -> bool:
    """Whether who asks may stop or repeat it. A guest's id in the address is enough to read, not to act."""
    return request.user.is_staff or subject.owner == owner_of(request)


def require_owner(request: HttpRequest | Request, subject: Submission | Trial) -> None:
    """Raises NotYours."""
    if not may_act(request, subject):
        raise NotYours
