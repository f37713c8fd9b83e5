"""The few functions that hand out exercises and learners' rows: no view gets one unchecked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from rest_framework.request import Request

from courses.access import acts_as_staff, editable_by, may, may_edit
from courses.action_log import noted
from exercises.errors import NotComplete, NotYours
from exercises.models import Exercise, ExerciseQuerySet, ExerciseVersion, Run, Submission, Trial
from exercises.owners import owner_of
from exercises.versions import release_due_exercise

DRAFT_QUERY = "?version=draft"


def visible_exercise(request: HttpRequest, slug: str) -> tuple[Exercise, ExerciseVersion]:
    """The exercise and the version to show: the published one; for who works on the
    course else the draft, or with ?version=draft.

    Raises Http404.
    """
    known = visible_exercises(request, wants_draft=previews_draft(request))
    exercises = known.select_related("lesson__course", "lesson__published", "draft")
    found = get_object_or_404(exercises, slug=slug)
    if found.is_due and release_due_exercise(exercise=found):
        found = get_object_or_404(exercises, pk=found.pk)
    previews = previews_draft(request) and may_edit(request.user, found.lesson.course)
    version = found.draft if previews or not learners_have(found) else found.published
    if version is None:
        raise Http404
    return found, version


def previews_draft(request: HttpRequest | Request) -> bool:
    """Whether staff asks for the draft, to look at it or to try it. Others are given what is published."""
    return acts_as_staff(request.user) and request.GET.get("version") == "draft"


def visible_exercises(request: HttpRequest | Request, *, wants_draft: bool) -> ExerciseQuerySet:
    """Those that who asks may see; who works on a course sees the draft of an archived one, too, where asked for."""
    if not wants_draft:
        return Exercise.objects.visible_to(request.user)
    is_public = Q(pk__in=Exercise.objects.published().values("pk"))
    own = editable_by(request.user, "lesson__course")
    return Exercise.objects.filter(is_public | own).select_related("published")


def learners_have(exercise: Exercise) -> bool:
    """Whether they see its published version now. exercise.lesson.course is needed."""
    return exercise.is_live and all(row.is_live for row in exercise.above)


def version_to_try(
    request: HttpRequest | Request, exercise: Exercise, *, wants_draft: bool = False
) -> ExerciseVersion | None:
    """The draft where staff tries it: learners have another version, or none. None: what learners have is meant."""
    if not acts_as_staff(request.user) or not may_edit(request.user, exercise.lesson.course):
        return None
    is_other = (wants_draft or previews_draft(request)) and exercise.draft_id != exercise.published_id
    return exercise.draft if is_other or not learners_have(exercise) else None


def query_of(request: HttpRequest, exercise: Exercise) -> str:
    """What the addresses of a page end with on which staff tries the draft; else ""."""
    return DRAFT_QUERY if version_to_try(request, exercise) is not None else ""


def exercise_to_hand_in(
    request: HttpRequest | Request, slug: str, *, version: str = ""
) -> tuple[Exercise, ExerciseVersion | None]:
    """The exercise, and the version where staff tries another than the published one. Raises Http404 and NotComplete.

    *version*: "draft" has the same meaning as in the address.
    """
    if acts_as_staff(request.user):
        wants_draft = version == "draft" or previews_draft(request)
        exercises = visible_exercises(request, wants_draft=wants_draft).select_related("lesson__course", "draft")
        found = get_object_or_404(exercises, slug=slug)
        if preview := version_to_try(request, found, wants_draft=wants_draft):
            if not preview.is_complete:
                raise NotComplete
            return found, preview
    elif version or "version" in request.GET:
        raise Http404
    return get_object_or_404(Exercise.objects.to_hand_in(), slug=slug), None


def retired_exercise(slug: str) -> Exercise | None:
    """The exercise that learners had at this address before it, its lesson or its course was archived."""
    above = ("", "lesson__", "lesson__course__")
    is_archived = Q(*((f"{row}archived_at__isnull", False) for row in above), _connector=Q.OR)
    known = Exercise.objects.filter(is_archived, **{f"{row}published_at__lte": now() for row in above})
    return known.select_related("lesson__course", "published").filter(slug=slug).first()


def readable_submission(request: HttpRequest | Request, uuid: UUID) -> Submission:
    """The submission with its current run. Raises Http404 also for one that may not be read."""
    return get_object_or_404(Submission.objects.readable_by(request.user).with_current_run(), uuid=uuid)


def readable_run(request: HttpRequest | Request, uuid: UUID) -> Run:
    """The current run of a submission, with what the API says of both. Raises Http404 as readable_submission() does."""
    submissions = Submission.objects.readable_by(request.user).filter(uuid=uuid)
    run = Run.objects.counting().with_submission().filter(submission__in=submissions).order_by("-pk").first()
    if run is None:
        raise Http404
    return run


def readable_trial(request: HttpRequest | Request, uuid: UUID) -> Trial:
    """The trial with its run. Raises Http404 also for one that may not be read."""
    return get_object_or_404(Trial.objects.readable_by(request.user).with_run(), uuid=uuid)


def may_act(request: HttpRequest | Request, subject: Submission | Trial) -> bool:
    """Whether who asks may stop or repeat it. A guest's id in the address is enough to read, not to act."""
    return subject.owner == owner_of(request) or may(request.user, "exercises.change_run")


@contextmanager
def acting_on(request: HttpRequest | Request, subject: Submission | Trial, *, done: str) -> Iterator[None]:
    """Around what changes something. What staff did to the work of others is then noted in the admin's log, as *done*:
    a text for courses.action_log.noted(). Both are one transaction: what cannot be noted is not done. Raises NotYours.
    """
    if not may_act(request, subject):
        raise NotYours
    with transaction.atomic():
        yield
        if subject.owner != owner_of(request):
            editor = cast(int, request.user.pk)
            LogEntry.objects.log_actions(editor, [subject], CHANGE, noted(done), single_object=True)
