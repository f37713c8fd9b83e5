"""Refusals that learners meet, and how the API words every error: {"code", "detail"}, and "fields" with a 400."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler


class ExerciseError(Exception):
    """A refusal with a stable code. `message` is for the learner; `status` is the HTTP status in the API."""

    code = "refused"
    status = status.HTTP_409_CONFLICT
    message = "This cannot be done now."
    retry_after_seconds: int | None = None

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


class TooManyPending(ExerciseError):
    code = "too_many_pending"
    status = status.HTTP_429_TOO_MANY_REQUESTS
    message = "Wait for your earlier attempts to finish, then submit again."
    retry_after_seconds = 2  # about as long as one attempt takes


class NotPublished(ExerciseError):
    code = "not_published"
    message = "This exercise is not published, so nothing can be handed in."


class InvalidFiles(ExerciseError):
    """problems: {path: sentence}, the path as it was handed in."""

    code = "invalid"
    status = status.HTTP_400_BAD_REQUEST
    message = "The files cannot be accepted."

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class NotYours(ExerciseError):
    code = "not_yours"
    status = status.HTTP_403_FORBIDDEN
    message = "Only who handed this in can do that. As a guest, send the session cookie that came with your submission."


class NotPending(ExerciseError):
    code = "not_pending"
    message = "This attempt has already come to its end."


class NotRepeatable(ExerciseError):
    code = "not_repeatable"
    message = "This attempt has a result; only one that was stopped or that we could not judge can be tried again."


class RequestTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The request is too large."


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exception handler; None, for anything unexpected, lets the bug through."""
    if isinstance(error, ExerciseError):
        headers = {"Retry-After": str(error.retry_after_seconds)} if error.retry_after_seconds else None
        body: dict[str, Any] = {"code": error.code, "detail": error.message}
        if isinstance(error, InvalidFiles):
            body["fields"] = {"files": list(error.problems.values())}
        return Response(body, status=error.status, headers=headers)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        response.data = {
            "code": "invalid",
            "detail": "The request cannot be accepted.",
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
