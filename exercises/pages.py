"""What the pages of all exercises have in common, whether one writes code or answers."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from exercises.access import DRAFT_QUERY, version_to_try
from exercises.answers import case_names
from exercises.course_progress import changed_since
from exercises.help_views import help_for
from exercises.history import history_of
from exercises.models import Exercise, ExerciseVersion
from exercises.owners import owner_of
from exercises.progress import passed_exercises
from exercises.steps import lesson_url, next_step


def place_of(found: Exercise, version: ExerciseVersion) -> dict[str, Any]:
    """Context of every page about an exercise: what it is, and where it belongs."""
    return {
        "exercise": found,
        "version": version,
        "course": found.lesson.course,
        "lesson": found.lesson,
        "lesson_url": lesson_url(found.lesson),
    }


def frame_of(request: HttpRequest, found: Exercise, version: ExerciseVersion) -> dict[str, Any]:
    """Context of the page on which an exercise is solved: its place, the learner's attempts, and where it leads."""
    owner = owner_of(request)
    # Also what is not stored yet, which staff look at while they write.
    is_preview = version.pk is None or version_to_try(request, found) is not None
    history = history_of(owner, found, previews=is_preview)
    passed_version = passed_exercises(owner).get(found.pk)
    return {
        **place_of(found, version),
        "case_names": case_names(version),
        "result": history[0].result if history else None,
        "history": history,
        "is_passed": passed_version is not None,
        "passed_version": passed_version,
        "has_changed_since": changed_since(passed_version, found),
        "help": help_for(request, found, version, is_passed=passed_version is not None),
        "next_step": next_step(found),
        "is_preview": is_preview,
        "version_query": DRAFT_QUERY if is_preview else "",
        "device_key": device_key(request) + ("-draft" if is_preview else ""),
        "subject": json.dumps({"exercise": found.slug} | ({"version": "draft"} if is_preview else {})),
    }


def device_key(request: HttpRequest) -> str:
    """Under what a browser keeps the work of this account apart from that of others; "" for guests."""
    account = request.user.pk if request.user.is_authenticated else None
    return salted_hmac("exercises.device", str(account)).hexdigest()[:16] if account else ""
