"""How far a learner is in a course, and where to go on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from courses.models import Course, Lesson
from exercises.models import Exercise, LessonDone, Owner, Submission
from exercises.progress import done_lessons, passed_exercises, tried_exercises
from exercises.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseProgress:
    """passed_version: number of the newest version that was passed; None for one that was not passed."""

    exercise: Exercise
    state: Literal["passed", "tried", "new"]
    passed_version: int | None

    @property
    def is_finished(self) -> bool:
        return self.state == "passed"

    @property
    def has_changed(self) -> bool:
        """Whether it was passed, and is another one now. It stays passed."""
        return changed_since(self.passed_version, self.exercise)

    @property
    def step(self) -> Step:
        assert self.exercise.published is not None  # noqa: S101 - of published ones only
        return Step(self.exercise.get_absolute_url(), self.exercise.published.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonProgress:
    """exercises: those of the lesson, in its order."""

    lesson: Lesson
    is_finished: bool
    exercises: list[ExerciseProgress] = field(default_factory=list)

    @property
    def step(self) -> Step:
        assert self.lesson.published is not None  # noqa: S101 - of published ones only
        return Step(self.lesson.get_absolute_url(), self.lesson.published.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """Published lessons of one course with their exercises, in its order.

    alone: published exercises whose lesson is not.
    """

    course: Course
    lessons: list[LessonProgress] = field(default_factory=list)
    alone: list[ExerciseProgress] = field(default_factory=list)

    @property
    def exercises(self) -> list[ExerciseProgress]:
        return [exercise for lesson in self.lessons for exercise in lesson.exercises] + self.alone

    @property
    def done(self) -> list[Lesson]:
        return [item.lesson for item in self.lessons if item.is_finished]

    @property
    def passed(self) -> list[Exercise]:
        return [item.exercise for item in self.exercises if item.is_finished]

    @property
    def lessons_total(self) -> int:
        return len(self.lessons)

    @property
    def exercises_total(self) -> int:
        return len(self.exercises)

    @property
    def percent(self) -> int:
        """Lessons done and exercises passed, of all of them; rounded down, so that 100 means all."""
        total = self.lessons_total + self.exercises_total
        return 100 * (len(self.done) + len(self.passed)) // total if total else 0

    @property
    def is_started(self) -> bool:
        return any(item.is_finished for item in self.lessons) or any(item.state != "new" for item in self.exercises)

    def steps(self) -> Iterator[LessonProgress | ExerciseProgress]:
        """What there is to do, in the order of the course: each lesson, then its exercises."""
        for lesson in self.lessons:
            yield lesson
            yield from lesson.exercises
        yield from self.alone


def changed_since(passed_version: int | None, exercise: Exercise) -> bool:
    """Whether *exercise* was passed at a version older than the published one."""
    return passed_version is not None and exercise.published is not None and passed_version < exercise.published.number


def progress_in(courses: Collection[Course], owner: Owner | None) -> list[CourseProgress]:
    """Progress in each of *courses*; the same few queries for any number of them."""
    done, passed, tried = done_lessons(owner), passed_exercises(owner), tried_exercises(owner)
    found = {course.pk: CourseProgress(course=course) for course in courses}
    lessons: dict[int, LessonProgress] = {}
    for lesson in Lesson.objects.published().filter(course__in=courses).select_related("course").in_course_order():
        lessons[lesson.pk] = LessonProgress(lesson=lesson, is_finished=lesson.pk in done)
        found[lesson.course_id].lessons.append(lessons[lesson.pk])
    exercises = Exercise.objects.published().filter(lesson__course__in=courses).select_related("lesson")
    for exercise in exercises.in_course_order():
        number = passed.get(exercise.pk)
        state: Literal["passed", "tried", "new"] = "tried" if exercise.pk in tried else "new"
        item = ExerciseProgress(exercise=exercise, state=state if number is None else "passed", passed_version=number)
        lesson_item = lessons.get(exercise.lesson_id)
        (lesson_item.exercises if lesson_item else found[exercise.lesson.course_id].alone).append(item)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where a learner left off: the next thing to do there."""

    course: Course
    step: Step


def continuation_of(owner: Owner | None) -> Continuation | None:
    """The first unfinished step at or after what *owner* did last; else the first of the course that is unfinished.

    None: nothing was done yet, or everything in that course.
    """
    if owner is None:
        return None
    last = _last_activity(owner)
    if last is None or not (courses := Course.objects.published().filter(pk=last.course_id)):
        return None
    (progress,) = progress_in(courses, owner)
    steps = list(progress.steps())
    here = next((index for index, step in enumerate(steps) if last.is_about(step)), 0)
    following = next((item for item in steps[here:] + steps[:here] if not item.is_finished), None)
    return Continuation(progress.course, following.step) if following else None


@dataclass(frozen=True, slots=True)
class _Activity:
    course_id: int
    lesson_id: int
    exercise_id: int | None = None  # None: the lesson itself

    def is_about(self, item: LessonProgress | ExerciseProgress) -> bool:
        if isinstance(item, ExerciseProgress):
            return item.exercise.pk == self.exercise_id
        return self.exercise_id is None and item.lesson.pk == self.lesson_id


def _last_activity(owner: Owner) -> _Activity | None:
    """What *owner* handed in or marked as done last. Two queries."""
    exercise = "exercise_version__exercise"
    fields = (f"{exercise}__lesson__course_id", f"{exercise}__lesson_id", f"{exercise}_id")
    attempt = Submission.objects.owned_by(owner).order_by("-pk").values_list("created_at", *fields).first()
    mark = LessonDone.objects.owned_by(owner).order_by("-done_at", "-pk")
    done = mark.values_list("done_at", "lesson__course_id", "lesson_id").first()
    newest = max((row for row in (attempt, done) if row), key=lambda row: row[0], default=None)
    return _Activity(*newest[1:]) if newest else None
