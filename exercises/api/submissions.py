"""Handing in, following and stopping by API."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.fields import empty
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from exercises import answering, submitting
from exercises.access import acting_on, exercise_to_hand_in, readable_submission
from exercises.answers import ANSWERED
from exercises.api.errors import CONFLICT, FORBIDDEN, GONE, INVALID, NOT_FOUND, TOO_MANY
from exercises.api.moved import FollowsMoves
from exercises.api.representation import SubmissionOutput, as_json
from exercises.api.stream import Attempt, Followed, follow
from exercises.errors import InvalidFiles
from exercises.files import problems_of
from exercises.owners import ensure_owner
from exercises.throttling import SubmissionThrottle

KEY_HEADER = "Idempotency-Key"


class AnyText(serializers.CharField):
    """Unchanged: exercises.files words every refusal."""

    def run_validation(self, data: Any = None) -> Any:
        return data


class Answers(serializers.JSONField):
    """An object whose shape depends on the exercise's kind; see docs/api.md."""

    def run_validation(self, data: Any = empty) -> Any:
        """Unchanged: the kind words every refusal."""
        return super().run_validation(data) if data is empty else data


TAKES = {"files": gettext_lazy("This exercise takes files."), "answers": gettext_lazy("This exercise takes answers.")}


class SubmissionInput(serializers.Serializer[Any]):
    """One of the two: files where the exercise has files, else answers."""

    files = serializers.DictField(
        child=AnyText(), required=False, help_text="The texts by path; exactly the exercise's files."
    )
    answers = Answers(
        required=False,
        help_text="Where there is something to answer: see `questions`, `decision` and `scenario` of the exercise.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Before a visitor becomes a guest: what is refused must not leave a session behind."""
        version = self.context["version"]
        kind = ANSWERED.get(version.kind)
        wanted, other = ("answers", "files") if kind else ("files", "answers")
        if other in attrs:
            raise serializers.ValidationError({other: [TAKES[wanted]]})
        if wanted not in attrs:
            raise serializers.ValidationError({wanted: [gettext("This field is required.")]})
        if kind:
            kind.read(version.sheet, attrs["answers"])
        elif problems := problems_of(attrs["files"], expected=version.starter):
            raise InvalidFiles(problems)
        return attrs


def client_key(request: Request) -> UUID | None:
    """What the client calls the attempt. Raises ValidationError for what is no UUID."""
    text = request.headers.get(KEY_HEADER)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise serializers.ValidationError({KEY_HEADER: [gettext("This must be a UUID.")]}) from None


class PrivateView(APIView):
    """Answers depend on who asks: no cache may keep them."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response


DRAFT = OpenApiParameter(
    "version", OpenApiTypes.STR, description="For staff: `draft`, to try what is not published. It counts nowhere."
)


class SubmissionCreate(FollowsMoves, PrivateView):
    """Hand in files or answers; whoever is not logged in does so as a guest."""

    throttle_classes = [SubmissionThrottle]

    @extend_schema(
        request=SubmissionInput,
        responses={202: SubmissionOutput, 400: INVALID, 404: NOT_FOUND, 409: CONFLICT, 410: GONE, 429: TOO_MANY},
        parameters=[
            DRAFT,
            OpenApiParameter(
                KEY_HEADER,
                OpenApiTypes.UUID,
                OpenApiParameter.HEADER,
                description="Made by the client for this attempt. Sent again, it answers with the attempt of before.",
            ),
            OpenApiParameter(
                "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[202], description="Of the submission."
            ),
        ],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Store a new attempt. Files are queued for judging, follow it at `Location`; answers are judged at once."""
        exercise, preview = exercise_to_hand_in(request, slug)
        body = SubmissionInput(data=request.data, context={"version": preview or exercise.published})
        body.is_valid(raise_exception=True)
        key = client_key(request)
        given, owner = body.validated_data, ensure_owner(request)
        if "answers" in given:
            submission = answering.answer(owner=owner, exercise=exercise, answers=given["answers"], preview=preview)
        else:
            submission = submitting.submit(
                owner=owner, exercise=exercise, files=given["files"], client_key=key, preview=preview
            )
        address = reverse("api:submission", args=[submission.uuid], request=request)
        return Response(as_json(submission), status=status.HTTP_202_ACCEPTED, headers={"Location": address})


class SubmissionDetail(PrivateView):
    @extend_schema(responses={200: SubmissionOutput, 404: NOT_FOUND})
    def get(self, request: Request, uuid: UUID) -> Response:
        """One attempt: a guest's for whoever knows its id, an account's for its owner and staff."""
        return Response(as_json(readable_submission(request, uuid)))


class SubmissionCancel(PrivateView):
    @extend_schema(request=None, responses={200: SubmissionOutput, 403: FORBIDDEN, 404: NOT_FOUND, 409: CONFLICT})
    def post(self, request: Request, uuid: UUID) -> Response:
        """Stop an attempt that has no result yet; for its owner and staff."""
        submission = readable_submission(request, uuid)
        with acting_on(request, submission, done=gettext_noop("Attempt stopped for its learner.")):
            submitting.cancel(submission=submission)
        return Response(as_json(readable_submission(request, uuid)))


class AnyMediaType(BaseContentNegotiation):
    """A stream is a stream whatever the client accepts; errors are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def event_stream(row: Followed) -> StreamingHttpResponse:
    response = StreamingHttpResponse(follow(row), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"  # nginx must pass each event on at once
    response["Content-Encoding"] = "identity"  # and so must GZipMiddleware, which leaves encoded answers alone
    return response


class SubmissionEvents(PrivateView):
    content_negotiation_class = AnyMediaType

    @extend_schema(
        responses={(200, "text/event-stream"): OpenApiTypes.STR, (404, "application/json"): NOT_FOUND},
    )
    def get(self, request: Request, uuid: UUID) -> StreamingHttpResponse:
        """The attempt at each change, as server-sent events named `submission`; ends after the final state."""
        return event_stream(Attempt(request, uuid))
