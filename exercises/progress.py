"""What a learner has done: lessons marked as done, exercises tried and passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from django.db import transaction
from django.db.models import IntegerField, Max, QuerySet, Value

from courses.models import Lesson
from exercises.models import Exercise, HelpUsed, LessonDone, Owner, Run, Submission
from exercises.owners import hold_owner


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a learner has done, by primary keys; *passed* as passed_exercises() has it.

    helped: exercises whose solution was opened before a pass.
    """

    done: set[int] = field(default_factory=set)
    tried: set[int] = field(default_factory=set)
    passed: dict[int, int] = field(default_factory=dict)
    helped: set[int] = field(default_factory=set)

    def of(self, exercise_id: int) -> Literal["passed", "tried", "new"]:
        if exercise_id in self.passed:
            return "passed"
        return "tried" if exercise_id in self.tried else "new"


def standing_of(owner: Owner | None) -> Standing:
    """What *owner* has done, in one query; of a visitor, in none."""
    standing = Standing()
    if owner is None:
        return standing
    version = "submission__exercise_version"
    what = {name: Value(number, IntegerField()) for number, name in enumerate(("done", "tried", "passed", "helped"))}
    done = LessonDone.objects.owned_by(owner).order_by().annotate(what=what["done"], number=Value(0, IntegerField()))
    tried = Submission.objects.owned_by(owner).order_by().annotate(what=what["tried"], number=Value(0, IntegerField()))
    helped = HelpUsed.objects.before_a_pass(owner).order_by()
    helped = helped.annotate(what=what["helped"], number=Value(0, IntegerField()))
    passed = _passed(owner).annotate(what=what["passed"]).values_list("what", f"{version}__exercise_id")
    rows = done.values_list("what", "lesson_id", "number").union(
        tried.values_list("what", "exercise_version__exercise_id", "number").distinct(),
        passed.annotate(number=Max(f"{version}__number")),
        helped.values_list("what", "exercise_id", "number"),
        all=True,
    )
    sets = {what[name].value: getattr(standing, name) for name in ("done", "tried", "helped")}
    for kind, pk, number in rows:
        if kind == what["passed"].value:
            standing.passed[pk] = number
        else:
            sets[kind].add(pk)
    return standing


def passed_exercises(owner: Owner | None) -> dict[int, int]:
    """Exercises that *owner* has passed, once and for all: {primary key: number of the newest version passed}."""
    if owner is None:
        return {}
    version = "submission__exercise_version"
    numbers = _passed(owner).values_list(f"{version}__exercise_id").annotate(number=Max(f"{version}__number"))
    return dict(numbers)


def _passed(owner: Owner) -> QuerySet[Run]:
    return Run.objects.owned_by(owner).filter(verdict=Run.Verdict.PASSED).order_by()


def has_passed(owner: Owner | None, exercise: Exercise) -> bool:
    if owner is None:
        return False
    return _passed(owner).filter(submission__exercise_version__exercise=exercise).exists()


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
    siblings = Exercise.objects.published_themselves().filter(lesson=exercise.lesson_id)
    if not siblings.exclude(pk__in=_passed(owner).values("submission__exercise_version__exercise")).exists():
        LessonDone.objects.get_or_create(**owner.columns, lesson_id=exercise.lesson_id)
