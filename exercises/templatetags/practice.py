"""What other pages show of practice: a lesson's exercises, and a learner's progress."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import reverse

from courses.models import Course, Lesson, LessonVersion
from courses.outline import Outline, OutlineLesson, Showcase
from exercises.conversations import attempts_with_news
from exercises.course_progress import (
    Continuation,
    CourseProgress,
    ExerciseProgress,
    LessonProgress,
    continuation_in,
    continuation_of,
    progress_along,
    progress_in,
)
from exercises.models import ExerciseVersion
from exercises.owners import owner_of
from exercises.progress import standing_of
from exercises.steps import Step

register = template.Library()

EDITORS = {"": "build/editor.js", "vim": "build/editor-vim.js", "admin": "build/editor-admin.js"}


@register.simple_tag(takes_context=True)
def course_progress(context: dict[str, Any], course: Course, outline: Outline) -> CourseProgress:
    """How far this learner is in *course*, of which the page shows *outline*."""
    return progress_along(course, outline, standing_of(owner_of(context["request"])))


@register.simple_tag(takes_context=True)
def progress_of(context: dict[str, Any], courses: Iterable[Course]) -> list[CourseProgress]:
    """How far this learner is in each of *courses*, in their order."""
    return progress_in(courses, owner_of(context["request"]))


@register.simple_tag(takes_context=True)
def continuation(context: dict[str, Any], among: Collection[CourseProgress]) -> Continuation | None:
    """Where this learner left off."""
    return continuation_of(owner_of(context["request"]), among)


@register.simple_tag(takes_context=True)
def continuation_within(context: dict[str, Any], progress: CourseProgress) -> Step | None:
    """Where this learner left off in one course."""
    return continuation_in(owner_of(context["request"]), progress)


@register.inclusion_tag("exercises/_lesson_practice.html", takes_context=True)
def lesson_practice(context: dict[str, Any], lesson: Lesson, progress: CourseProgress) -> dict[str, Any]:
    """The lesson's published exercises, each with how far this learner got, and the form that marks it as done."""
    found = progress.of(lesson.pk)
    return {
        "items": found.exercises if found else [],
        "progress": progress,
        "lesson": lesson,
        "is_done": found is not None and found.is_finished,
        "done_url": reverse("exercises:lesson-done", args=[progress.course.slug, lesson.slug]),
        "language": progress.course.language,
    }


@register.inclusion_tag("exercises/_news.html", takes_context=True)
def news_from_staff(context: dict[str, Any]) -> dict[str, Any]:
    """The attempts about which staff has written what this learner has not seen. One query, none for new visitors."""
    return {"attempts": attempts_with_news(owner_of(context["request"]))}


@register.simple_tag
def showcase_of(courses: Iterable[CourseProgress]) -> Showcase | None:
    """The listing with which the first of *courses* that has one introduces itself."""
    return next((progress.outline.showcase for progress in courses if progress.outline.showcase), None)


@register.filter
def exercises_of(progress: CourseProgress, lesson: Lesson) -> list[ExerciseProgress]:
    found = progress.of(lesson.pk)
    return found.exercises if found else []


@register.filter
def lesson_in(progress: CourseProgress, lesson: OutlineLesson) -> LessonProgress | None:
    """How far this learner is with one lesson of the outline."""
    return progress.of(lesson.lesson_id)


@register.filter
def is_finished(progress: CourseProgress, lesson: Lesson) -> bool:
    """Whether this learner has done *lesson*."""
    return lesson.pk in progress.done_ids


@register.filter
def after(progress: CourseProgress, lesson: Lesson) -> Any:
    """The Step that comes next for this learner; None at the end of the course."""
    return progress.after(lesson.pk)


@register.inclusion_tag("exercises/_page_feedback.html", takes_context=True)
def page_feedback(context: dict[str, Any], version: LessonVersion | ExerciseVersion) -> dict[str, Any]:
    """Where a reader says whether the page was clear and what is wrong with it."""
    request = context["request"]
    return {
        "page": request.path,
        "number": version.number,
        "thanks": request.GET.get("thanks", ""),
    }


@register.simple_tag
def editor_url(keys: str = "") -> str:
    """Address of the editor's script; "" where it was not built, and the page keeps its text areas.

    keys: "vim", or "" for the usual ones; "admin" for the one in which staff write.
    """
    name = EDITORS[keys]
    is_built = any((Path(folder) / name).exists() for folder in settings.STATICFILES_DIRS)
    return staticfiles_storage.url(name) if is_built else ""
