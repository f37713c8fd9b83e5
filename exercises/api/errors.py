"""Every error of the API: {"code", "detail"}, and "fields" for a 400."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from exercises.api.parsing import RequestTooLarge
from exercises.errors import ExerciseError, InvalidAnswers, InvalidFiles, InvalidRequest, TooManyRequests


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exception handler; None, for anything unexpected, lets the bug through."""
    if isinstance(error, exceptions.Throttled):
        error = TooManyRequests(retry_after_seconds=error.wait)  # type: ignore[attr-defined]  # the stubs lack it
    if isinstance(error, ExerciseError):
        headers = {"Retry-After": str(error.retry_after_seconds)} if error.retry_after_seconds else None
        body: dict[str, Any] = {"code": error.code, "detail": str(error.message)}
        if isinstance(error, InvalidFiles):
            body["fields"] = {"files": list(error.problems.values())}
        elif isinstance(error, InvalidAnswers | InvalidRequest):
            field = "answers" if isinstance(error, InvalidAnswers) else "request"
            body["fields"] = {
                ".".join(filter(None, (field, place))): [sentence] for place, sentence in error.problems.items()
            }
        return Response(body, status=error.status, headers=headers)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = RequestTooLarge()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        response.data = {
            "code": "invalid",
            "detail": gettext("The request cannot be accepted."),
            "fields": sentences_by_field(error.detail),
        }
    elif isinstance(error, exceptions.ParseError):
        response.data = {
            "code": error.get_codes(),
            "detail": gettext("The body of the request cannot be read."),
            "fields": sentences_by_field(error.detail),
        }
    else:
        response.data = {"code": error.get_codes(), "detail": str(error.detail)}
    return response


def sentences_by_field(detail: Any) -> dict[str, list[str]]:
    """DRF's nested validation errors as {field: sentences}; what lies deeper is named inside the sentence."""
    if not isinstance(detail, Mapping):
        return {"non_field_errors": sentences(detail)}
    return {str(name): sentences(inner) for name, inner in detail.items()}


def sentences(detail: Any) -> list[str]:
    if isinstance(detail, Mapping):
        return [f"{name}: {sentence}" for name, inner in detail.items() for sentence in sentences(inner)]
    if isinstance(detail, list):
        return [sentence for inner in detail for sentence in sentences(inner)]
    return [str(detail)]


class ErrorOutput(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable; for programs.")
    detail = serializers.CharField(help_text="A sentence; for people.")


class InvalidOutput(ErrorOutput):
    fields = serializers.DictField(  # type: ignore[assignment]  # the name is the API's
        child=serializers.ListField(child=serializers.CharField()), help_text="Sentences by name of the field."
    )


INVALID = OpenApiResponse(InvalidOutput, "The request is not as it must be; `fields` says where.")
GONE = OpenApiResponse(ErrorOutput, "It was archived: learners had it here, and have it no more.")
NOT_FOUND = OpenApiResponse(ErrorOutput, "There is nothing here, or nothing that you may see.")
FORBIDDEN = OpenApiResponse(ErrorOutput, "You may read this, but not change it.")
CONFLICT = OpenApiResponse(ErrorOutput, "Not in the present state.")
TOO_MANY = OpenApiResponse(ErrorOutput, "Too many requests, or too many unfinished attempts: see `Retry-After`.")


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Answers every method with 404, in the API's own words."""

    def initial(self, *args: Any, **kwargs: Any) -> None:
        raise Http404
