"""What other pages show of practice: a lesson's exercises, and a learner's progress."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.middleware.csrf import get_token
from django.urls import reverse

from courses.models import Course, Lesson
from exercises.course_progress import Continuation, CourseProgress, continuation_of, progress_in
from exercises.models import Exercise
from exercises.owners import owner_of
from exercises.progress import done_lessons, passed_exercises, tried_exercises

register = template.Library()

EDITOR = "build/editor.js"


@register.simple_tag(takes_context=True, name="done_lessons")
def done_lessons_of_learner(context: dict[str, Any]) -> set[int]:
    """Primary keys of the lessons that this learner has finished."""
    return done_lessons(owner_of(context["request"]))


@register.inclusion_tag("exercises/_lesson_practice.html", takes_context=True)
def lesson_practice(context: dict[str, Any], lesson: Lesson) -> dict[str, Any]:
    """The lesson's published exercises, each with how far this learner got, and the form that marks it as done."""
    request = context["request"]
    owner = owner_of(request)
    passed, tried = passed_exercises(owner), tried_exercises(owner)
    return {
        "items": [
            {
                "exercise": exercise,
                "version": exercise.published,
                "url": exercise.get_absolute_url(),
                "state": "passed" if exercise.pk in passed else "tried" if exercise.pk in tried else "new",
            }
            for exercise in Exercise.objects.published().filter(lesson=lesson).order_by("position", "pk")
        ],
        "is_done": lesson.pk in done_lessons(owner),
        "done_url": reverse("exercises:lesson-done", args=[lesson.course.slug, lesson.slug]),
        "lesson": lesson,
        "csrf_token": get_token(request),
    }


@register.simple_tag(takes_context=True)
def course_progress(context: dict[str, Any], course: Course) -> CourseProgress:
    """How far this learner is in *course*."""
    (progress,) = progress_in([course], owner_of(context["request"]))
    return progress


@register.simple_tag(takes_context=True)
def progress_of(context: dict[str, Any], courses: Iterable[Course]) -> list[CourseProgress]:
    """How far this learner is in each of *courses*, in their order."""
    return progress_in(list(courses), owner_of(context["request"]))


@register.simple_tag(takes_context=True)
def continuation(context: dict[str, Any]) -> Continuation | None:
    """Where this learner left off."""
    return continuation_of(owner_of(context["request"]))


@register.simple_tag
def editor_url() -> str:
    """Address of the editor's script; "" where it was not built, and the page keeps its text areas."""
    is_built = any((Path(folder) / EDITOR).exists() for folder in settings.STATICFILES_DIRS)
    return staticfiles_storage.url(EDITOR) if is_built else ""
