"""What a learner has done: lessons marked as done, exercises tried and passed."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, QuerySet

from courses.models import Lesson
from exercises.models import Exercise, LessonDone, Owner, Run, Submission
from exercises.owners import hold_owner


def passed_exercises(owner: Owner | None) -> dict[int, int]:
    """Exercises that *owner* has passed, once and for all: {primary key: number of the newest version passed}."""
    if owner is None:
        return {}
    version = "submission__exercise_version"
    numbers = _passed(owner).values_list(f"{version}__exercise_id").annotate(number=Max(f"{version}__number"))
    return dict(numbers)


def _passed(owner: Owner) -> QuerySet[Run]:
    return Run.objects.owned_by(owner).filter(verdict=Run.Verdict.PASSED).order_by()


def tried_exercises(owner: Owner | None) -> set[int]:
    """Primary keys of the exercises for which *owner* has handed in something."""
    if owner is None:
        return set()
    tried = Submission.objects.owned_by(owner).order_by()
    return set(tried.values_list("exercise_version__exercise_id", flat=True).distinct())


def done_lessons(owner: Owner | None) -> set[int]:
    if owner is None:
        return set()
    return set(LessonDone.objects.owned_by(owner).values_list("lesson_id", flat=True))


@transaction.atomic
def mark_lesson(*, owner: Owner, lesson: Lesson, is_done: bool) -> None:
    """Set or take away the mark; doing it again changes nothing."""
    owner = hold_owner(owner)
    if is_done:
        LessonDone.objects.get_or_create(**owner.columns, lesson=lesson)
    else:
        LessonDone.objects.owned_by(owner).filter(lesson=lesson).delete()


def note_pass(owner: Owner, exercise: Exercise) -> None:
    """Mark the lesson of *exercise* as done when *owner* has passed the last of its published exercises.

    The caller holds the row of the attempt that passed. Where it holds the lock of its owner, too, it took that first,
    as who adopts a guest does.
    """
    siblings = Exercise.objects.published().filter(lesson=exercise.lesson_id)
    if not siblings.exclude(pk__in=_passed(owner).values("submission__exercise_version__exercise")).exists():
        LessonDone.objects.get_or_create(**owner.columns, lesson_id=exercise.lesson_id)
