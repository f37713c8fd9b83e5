"""Hints and the reference solution by API."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exercises import helping
from exercises.api.errors import CONFLICT, GONE, NOT_FOUND, ErrorOutput, OpenApiResponse
from exercises.api.moved import FollowsMoves
from exercises.api.submissions import PrivateView
from exercises.models import Exercise, ExerciseVersion
from exercises.owners import ensure_owner, owner_of

CLOSED = OpenApiResponse(ErrorOutput, "It is not open yet; `detail` says what opens it.")


class HintOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="From 1, in the order in which they open.")
    text_html = serializers.CharField(source="html", help_text="Sanitised.")


class HelpOutput(serializers.Serializer[Any]):
    hints = HintOutput(many=True, help_text="Those that are open.")
    total = serializers.IntegerField(help_text="How many hints there are.")
    solution = serializers.ChoiceField(
        ["none", "closed", "ready", "open"],
        help_text="closed: not before `missing` more attempts have failed, or one passed; ready: POST opens it.",
    )
    missing = serializers.IntegerField()


class SolutionOutput(serializers.Serializer[Any]):
    files = serializers.DictField(
        child=serializers.CharField(), help_text="The texts by path; empty where there is nothing to write."
    )
    text_html = serializers.CharField(source="html", help_text="Why it is written so. Sanitised.")


def published(slug: str) -> tuple[Exercise, ExerciseVersion]:
    exercise = get_object_or_404(Exercise.objects.published(), slug=slug)
    assert exercise.published is not None  # noqa: S101 - it was asked for
    return exercise, exercise.published


class Hints(FollowsMoves, PrivateView):
    @extend_schema(responses={200: HelpOutput, 404: NOT_FOUND, 410: GONE})
    def get(self, request: Request, slug: str) -> Response:
        """The hints that are open to who asks, and what opens the solution."""
        return Response(HelpOutput(helping.help_of(owner_of(request), *published(slug))).data)

    @extend_schema(request=None, responses={200: HintOutput, 404: NOT_FOUND, 409: CONFLICT, 410: GONE})
    def post(self, request: Request, slug: str) -> Response:
        """Open the next hint. They are free, and stay open; whoever is not logged in opens them as a guest."""
        exercise, version = published(slug)
        if not version.hints_html:
            raise helping.NoMoreHints
        hint = helping.open_hint(owner=ensure_owner(request), exercise=exercise, version=version)
        return Response(HintOutput(asdict(hint)).data)


class Solution(FollowsMoves, PrivateView):
    @extend_schema(responses={200: SolutionOutput, 403: CLOSED, 404: NOT_FOUND, 410: GONE})
    def get(self, request: Request, slug: str) -> Response:
        """The reference solution, once it is open: after a pass, or after a POST to this address."""
        return Response(SolutionOutput(asdict(helping.solution_of(owner_of(request), *published(slug)))).data)

    @extend_schema(request=None, responses={200: SolutionOutput, 403: CLOSED, 404: NOT_FOUND, 410: GONE})
    def post(self, request: Request, slug: str) -> Response:
        """Open it before a pass, which two failed attempts allow. The exercise is then done with solution."""
        exercise, version = published(slug)
        owner = owner_of(request)
        if owner is None:  # and has no failed attempt; refused without making a guest
            return Response(SolutionOutput(asdict(helping.solution_of(None, exercise, version))).data)
        found = helping.open_solution(owner=owner, exercise=exercise, version=version)
        return Response(SolutionOutput(asdict(found)).data)
