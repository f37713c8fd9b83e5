"""What keeps content from being deleted here: learners have worked on it. Registered with courses.deleting."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext, gettext_lazy

from courses.deleting import OLD_ADDRESSES, goes_along, reason_to_keep, told_as
from courses.models import Course, Lesson
from exercises.models import (
    Draft,
    EntryMessage,
    Exercise,
    ExerciseVersion,
    Family,
    FormerExerciseAddress,
    HelpUsed,
    KeptDraft,
    LessonDone,
    ProblemReport,
    SelfAssessment,
    Submission,
)
from exercises.versions import members_of

# What learners leave behind, and the way from there to what they worked on. Trials are deleted after a day anyway.
AT_EXERCISES: list[tuple[type[Model], str]] = [
    (Submission, "exercise_version__exercise"),
    (Draft, "exercise"),
    (KeptDraft, "exercise"),
    (HelpUsed, "exercise"),
    (ProblemReport, "exercise_version__exercise"),
]
AT_LESSONS: list[tuple[type[Model], str]] = [(LessonDone, "lesson"), (ProblemReport, "lesson_version__lesson")]

told_as(OLD_ADDRESSES, FormerExerciseAddress)
# Where learners left some of it, the row stays.
told_as(
    gettext_lazy("notes and drafts of staff who tried it"),
    *(Draft, KeptDraft, HelpUsed, LessonDone, SelfAssessment, EntryMessage),
)


@reason_to_keep(Exercise, comes_first=True)
def _worked_on_exercise(row: Exercise) -> str:
    return _reason(row, AT_EXERCISES, "pk")


@reason_to_keep(Lesson, comes_first=True)
def _worked_on_lesson(row: Lesson) -> str:
    return _reason(row, AT_LESSONS, "pk")


@reason_to_keep(Course, comes_first=True)
def _worked_on_course(row: Course) -> str:
    return _reason(row, AT_EXERCISES, "lesson__course") or _reason(row, AT_LESSONS, "course")


@reason_to_keep(Lesson)
def _has_exercises(row: Lesson) -> str:
    return gettext("Move or delete its exercises first.") if row.exercises.exists() else ""


@reason_to_keep(Course)
def _has_families_elsewhere(row: Course) -> str:
    elsewhere = ExerciseVersion.objects.filter(family__course=row).exclude(exercise__lesson__course=row)
    slugs = sorted(set(elsewhere.values_list("exercise__slug", flat=True)))
    if not slugs:
        return ""
    return gettext("Exercises of other courses take their cases from its families. Delete these first: %(names)s.") % {
        "names": ", ".join(slugs)
    }


@reason_to_keep(Family)
def _has_members(row: Family) -> str:
    if members_of(row):
        return gettext("Give its exercises other cases first.")
    earlier = ExerciseVersion.objects.filter(family=row).values_list("exercise__slug", flat=True)
    if not (slugs := sorted(set(earlier))):
        return ""
    return gettext("Earlier versions have their cases from it. It stays as long as these exercises do: %(names)s.") % {
        "names": ", ".join(slugs)
    }


@goes_along(Exercise)
def _of_exercise(row: Exercise) -> list[QuerySet[Any]]:
    return [_of_staff(Submission.objects.of_exercise(row.pk))]


@goes_along(Course)
def _of_course(row: Course) -> list[QuerySet[Any]]:
    at = Submission.objects.filter(exercise_version__exercise__lesson__course=row)
    return [_of_staff(at), Exercise.objects.filter(lesson__course=row)]


def _of_staff(attempts: QuerySet[Submission]) -> QuerySet[Submission]:
    """Of learners there are none, or one that came in this moment: it protects what it was handed in to."""
    return attempts.filter(user__is_staff=True)


def _reason(row: Any, left: list[tuple[type[Model], str]], path: str) -> str:
    """Why *row* stays, if a learner left something there. *path*: from what it was left at to the row."""
    if not any(_of_learners(model, f"{way}__{path}", row).exists() for model, way in left):
        return ""
    if row.archived_at is not None:
        return gettext(
            "Learners have worked on it, or reported something, and would lose that. It stays in the archive."
        )
    return gettext(
        "Learners have worked on it, or reported something, and would lose that. Archive it instead: "
        "it is then in no list, and what they did is kept."
    )


def _of_learners(model: type[Model], path: str, row: Any) -> QuerySet[Any]:
    """Rows of *model* that belong to a guest, or to an account that is not of staff."""
    rows = model._default_manager.filter(**{path: row.pk}).order_by()
    staff = get_user_model().objects.filter(is_staff=True).values("pk")
    return rows.filter(Q(user__isnull=True) | ~Q(user__in=staff))
