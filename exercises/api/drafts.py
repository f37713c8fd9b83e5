"""The code that a learner is writing, by API: the page saves it here."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exercises import drafts
from exercises.answers import ANSWERED
from exercises.api.errors import GONE, INVALID, NOT_FOUND, TOO_MANY, ErrorOutput
from exercises.api.moved import FollowsMoves
from exercises.api.submissions import AnyText, PrivateView
from exercises.errors import DraftConflict, InvalidFiles
from exercises.files import problems_of
from exercises.kept_drafts import complete
from exercises.models import Draft, Exercise, KeptDraft
from exercises.owners import ensure_owner, owner_of
from exercises.throttling import DraftThrottle

MAX_VERSION = 2**31 - 2  # one more is the most that a PositiveIntegerField of every database holds


class KeepInput(serializers.Serializer[Any]):
    files = serializers.DictField(child=AnyText(), help_text="As in the draft.")
    reason = serializers.ChoiceField(KeptDraft.Reason.choices, help_text="Why these files make room for others.")


class DraftInput(serializers.Serializer[Any]):
    files = serializers.DictField(child=AnyText(), help_text="The texts by path; exactly the exercise's files.")
    version = serializers.IntegerField(
        min_value=0, max_value=MAX_VERSION, help_text="The version that these files come from; 0 where there is none."
    )
    keep = KeepInput(required=False, help_text="Code to have in the history, in the same step.")


class DraftOutput(serializers.Serializer[Any]):
    files = serializers.DictField(child=serializers.CharField(), help_text="The texts by path.")
    version = serializers.IntegerField(help_text="0: nothing was saved yet, the files are the start version.")
    updated_at = serializers.DateTimeField(allow_null=True)


class DraftConflictOutput(ErrorOutput):
    present = DraftOutput(help_text="What somebody else has saved meanwhile.")
    yours = serializers.DictField(child=serializers.CharField(), help_text="What was sent; it was not saved.")


CONFLICT = OpenApiResponse(DraftConflictOutput, "There is a newer draft than the one that this one comes from.")


def as_json(draft: Draft | None, exercise: Exercise) -> dict[str, Any]:
    return dict(
        DraftOutput(
            {
                "files": complete(draft.files if draft else {}, exercise),
                "version": draft.version if draft else 0,
                "updated_at": draft.updated_at if draft else None,
            }
        ).data
    )


class DraftDetail(FollowsMoves, PrivateView):
    """The code that who asks is writing for an exercise; a guest's goes to the account at sign-up or login."""

    def get_throttles(self) -> list[Any]:
        return [DraftThrottle()] if self.request.method == "PUT" else []

    @extend_schema(responses={200: DraftOutput, 404: NOT_FOUND, 410: GONE})
    def get(self, request: Request, slug: str) -> Response:
        """The draft as it was saved last; 404 also where there is nothing to code."""
        exercise = exercise_with_code(slug)
        return Response(as_json(drafts.draft_of(owner_of(request), exercise), exercise))

    @extend_schema(
        request=DraftInput,
        responses={200: DraftOutput, 400: INVALID, 404: NOT_FOUND, 409: CONFLICT, 410: GONE, 429: TOO_MANY},
    )
    def put(self, request: Request, slug: str) -> Response:
        """Save the draft, if nobody has saved another one since the version that is named."""
        exercise = exercise_with_code(slug)
        body = DraftInput(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        refuse_wrong_files(exercise, given)
        keep = drafts.SetAside(**given["keep"]) if "keep" in given else None
        try:
            draft = drafts.save_draft(
                owner=ensure_owner(request),
                exercise=exercise,
                files=given["files"],
                version=given["version"],
                keep=keep,
            )
        except DraftConflict as conflict:
            both = {"present": as_json(conflict.present, exercise), "yours": given["files"]}
            return Response({"code": conflict.code, "detail": conflict.message, **both}, status=conflict.status)
        return Response(as_json(draft, exercise))


def exercise_with_code(slug: str) -> Exercise:
    exercise = get_object_or_404(Exercise.objects.to_hand_in(), slug=slug)
    if exercise.published is None or exercise.published.kind in ANSWERED:
        raise Http404
    return exercise


def refuse_wrong_files(exercise: Exercise, given: dict[str, Any]) -> None:
    """Before a visitor becomes a guest: what is refused must not leave a session behind. Raises InvalidFiles."""
    assert exercise.published is not None  # noqa: S101 - exercise_with_code() gives no other
    for files in (given["files"], given.get("keep", {}).get("files")):
        problems = problems_of(files, expected=exercise.published.starter) if files is not None else {}
        if problems:
            raise InvalidFiles(problems)
