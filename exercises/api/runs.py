"""Running code without handing it in, by API."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from exercises import trying
from exercises.access import acting_on, exercise_to_hand_in, readable_trial
from exercises.api.errors import CONFLICT, FORBIDDEN, INVALID, NOT_FOUND, TOO_MANY
from exercises.api.stream import TriedOut
from exercises.api.submissions import AnyMediaType, AnyText, PrivateView, event_stream
from exercises.api.trial_representation import RunOutput, trial_as_json
from exercises.asking import read_request
from exercises.owners import ensure_owner
from exercises.throttling import SubmissionThrottle
from exercises.trying import Program


class RequestInput(serializers.JSONField):
    """An object whose keys depend on the kind; see docs/api.md."""

    def run_validation(self, data: Any = empty) -> Any:
        """Unchanged: exercises.asking words every refusal."""
        return super().run_validation(data) if data is empty else data


class RunInput(serializers.Serializer[Any]):
    """An exercise, or a listing of a lesson; with the files that are to be run, and what is to be asked."""

    exercise = serializers.SlugField(required=False)
    course = serializers.SlugField(required=False, help_text="With lesson and listing.")
    lesson = serializers.SlugField(required=False)
    listing = serializers.SlugField(required=False)
    version = serializers.RegexField(
        r"^(draft|[0-9]{1,9})$",
        required=False,
        help_text="For staff: `draft`, or the number of a lesson's version, to try what is not published.",
    )
    files = serializers.DictField(
        child=AnyText(),
        required=False,
        help_text="The texts by path; exactly the exercise's files, or main.py of a listing. Left out: as they begin.",
    )
    request = RequestInput(required=False, help_text="What to ask; left out: what the exercise or listing begins with.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        place = [name for name in ("course", "lesson", "listing") if name in attrs]
        if ("exercise" in attrs) == bool(place):
            message = _("Give an exercise, or a course, a lesson and a listing.")
            raise serializers.ValidationError({"exercise": [message]})
        if place and len(place) < 3:
            missing = [name for name in ("course", "lesson", "listing") if name not in attrs]
            raise serializers.ValidationError({name: [_("This field is required.")] for name in missing})
        return attrs


class RunCreate(PrivateView):
    """Run code without handing it in; whoever is not logged in does so as a guest."""

    throttle_classes = [SubmissionThrottle]

    @extend_schema(
        request=RunInput,
        responses={202: RunOutput, 400: INVALID, 404: NOT_FOUND, 409: CONFLICT, 429: TOO_MANY},
        parameters=[
            OpenApiParameter(
                "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[202], description="Of the run."
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Queue a run of an exercise's files or a listing; follow it at `Location`. It counts as no attempt."""
        body = RunInput(data=request.data)
        body.is_valid(raise_exception=True)
        program = program_for(request, body.validated_data)
        # All of it before a visitor becomes a guest: what is refused must not leave a session behind.
        files = program.read_files(body.validated_data.get("files", program.files))
        asked = body.validated_data.get("request")
        asked = program.request if asked is None else read_request(program.kind, asked)
        trial = trying.start(owner=ensure_owner(request), program=program, files=files, request=asked)
        address = reverse("api:run", args=[trial.uuid], request=request)
        return Response(trial_as_json(trial), status=status.HTTP_202_ACCEPTED, headers={"Location": address})


def program_for(request: Request, wanted: dict[str, Any]) -> Program:
    """The exercise or the listing that is meant. Raises Http404 and NotRunnable."""
    version = wanted.get("version", "")
    if "exercise" in wanted:
        exercise, preview = exercise_to_hand_in(request, wanted["exercise"], version=version)
        return trying.program_of_exercise(exercise, preview)
    found = trying.find_listing(
        request.user, course=wanted["course"], lesson=wanted["lesson"], name=wanted["listing"], version=version
    )
    return trying.program_of_listing(*found)


class RunDetail(PrivateView):
    @extend_schema(responses={200: RunOutput, 404: NOT_FOUND})
    def get(self, request: Request, uuid: UUID) -> Response:
        """One run: a guest's for whoever knows its id, an account's for its owner and staff. It is kept for a day."""
        return Response(trial_as_json(readable_trial(request, uuid)))


class RunCancel(PrivateView):
    @extend_schema(request=None, responses={200: RunOutput, 403: FORBIDDEN, 404: NOT_FOUND, 409: CONFLICT})
    def post(self, request: Request, uuid: UUID) -> Response:
        """Stop a run that has no result yet; for its owner and staff."""
        trial = readable_trial(request, uuid)
        with acting_on(request, trial, done=gettext_noop("Run stopped for its learner.")):
            trying.cancel(trial=trial)
        return Response(trial_as_json(readable_trial(request, uuid)))


class RunEvents(PrivateView):
    content_negotiation_class = AnyMediaType

    @extend_schema(
        responses={(200, "text/event-stream"): OpenApiTypes.STR, (404, "application/json"): NOT_FOUND},
    )
    def get(self, request: Request, uuid: UUID) -> StreamingHttpResponse:
        """The run at each change, as server-sent events named `run`; ends after the final state."""
        return event_stream(TriedOut(request, uuid))
