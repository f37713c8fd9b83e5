"""What a learner has done: lessons marked as done, exercises tried and passed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from courses.models import Course, Lesson
from exercises.models import Exercise, LessonDone, Owner, Run, Submission
from exercises.owners import hold_owner


def passed_exercises(owner: Owner | None) -> set[int]:
    """Primary keys of the exercises that *owner* has passed, at whatever version: once passed, always passed."""
    if owner is None:
        return set()
    return set(_passed(owner).values_list("submission__exercise_version__exercise_id", flat=True).distinct())


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

    The caller holds the row of the attempt that passed. Not the lock of its owner: who adopts a guest takes first that,
    then the row.
    """
    siblings = Exercise.objects.published().filter(lesson=exercise.lesson_id)
    if not siblings.exclude(pk__in=_passed(owner).values("submission__exercise_version__exercise")).exists():
        LessonDone.objects.get_or_create(**owner.columns, lesson_id=exercise.lesson_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """Published lessons and exercises of one course, in its order; done and passed are subsets of them."""

    course: Course
    lessons: list[Lesson]
    done: list[Lesson]
    exercises: list[Exercise]
    passed: list[Exercise]

    @property
    def lessons_total(self) -> int:
        return len(self.lessons)

    @property
    def exercises_total(self) -> int:
        return len(self.exercises)


def progress_in(courses: Collection[Course], owner: Owner | None) -> list[CourseProgress]:
    """Progress in each of *courses*; the same few queries for any number of them."""
    done, passed = done_lessons(owner), passed_exercises(owner)
    lessons = Lesson.objects.published().filter(course__in=courses).in_course_order()
    exercises = Exercise.objects.published().filter(lesson__course__in=courses).select_related("lesson")
    lessons_of: dict[int, list[Lesson]] = {course.pk: [] for course in courses}
    exercises_of: dict[int, list[Exercise]] = {course.pk: [] for course in courses}
    for lesson in lessons:
        lessons_of[lesson.course_id].append(lesson)
    for exercise in exercises:
        exercises_of[exercise.lesson.course_id].append(exercise)
    return [
        CourseProgress(
            course=course,
            lessons=lessons_of[course.pk],
            done=[lesson for lesson in lessons_of[course.pk] if lesson.pk in done],
            exercises=exercises_of[course.pk],
            passed=[exercise for exercise in exercises_of[course.pk] if exercise.pk in passed],
        )
        for course in courses
    ]
