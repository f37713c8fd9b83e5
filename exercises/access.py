"""The few functions that hand out a learner's rows: no view gets one unchecked."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from exercises.errors import NotYours
from exercises.models import Submission, Trial
from exercises.owners import owner_of


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
