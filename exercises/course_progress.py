"""How far a learner is in a course, and where to go on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from courses.models import Course
from courses.outline import Outline, OutlineExercise, OutlineLesson, outline_of
from exercises.models import Exercise, ExerciseVersion, LessonDone, Owner, Submission
from exercises.progress import Standing, standing_of
from exercises.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseProgress:
    """passed_version: number of the newest version that was passed; None for one that was not passed.

    with_solution: its solution was opened first.
    """

    exercise: OutlineExercise
    state: Literal["passed", "tried", "new"]
    passed_version: int | None
    with_solution: bool = False

    @property
    def is_finished(self) -> bool:
        return self.state == "passed"

    @property
    def has_changed(self) -> bool:
        """Whether it was passed, and is another one now. It stays passed."""
        return self.passed_version is not None and self.passed_version < self.exercise.version

    @property
    def step(self) -> Step:
        return Step(self.exercise.url, self.exercise.title, is_practice=True)

    @property
    def subject(self) -> str:
        """What it is written in, or what kind of exercise it is."""
        if self.exercise.framework:
            return str(ExerciseVersion.Framework(self.exercise.framework).label)
        return str(ExerciseVersion.Kind(self.exercise.kind).label)

    @property
    def difficulty(self) -> str:
        return str(ExerciseVersion.Difficulty(self.exercise.difficulty).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonProgress:
    """exercises: those of the lesson, in its order."""

    lesson: OutlineLesson
    is_finished: bool
    exercises: list[ExerciseProgress] = field(default_factory=list)

    @property
    def step(self) -> Step:
        return Step(self.lesson.url, self.lesson.title)


@dataclass(frozen=True, kw_only=True)
class CourseProgress:
    """Published lessons of one course with their exercises, in its order."""

    course: Course
    outline: Outline
    lessons: list[LessonProgress] = field(default_factory=list)

    @cached_property
    def exercises(self) -> list[ExerciseProgress]:
        return [exercise for lesson in self.lessons for exercise in lesson.exercises]

    @property
    def done(self) -> list[OutlineLesson]:
        return [item.lesson for item in self.lessons if item.is_finished]

    @cached_property
    def done_ids(self) -> set[int]:
        return {lesson.lesson_id for lesson in self.done}

    @property
    def passed(self) -> list[OutlineExercise]:
        return [item.exercise for item in self.exercises if item.is_finished]

    @cached_property
    def key(self) -> str:
        """Two learners with the same one see the same of the same outline."""
        lessons = sorted(self.done_ids)
        exercises = [
            (item.exercise.pk, item.state, item.passed_version, item.with_solution)
            for item in self.exercises
            if item.state != "new" or item.with_solution
        ]
        return f"{lessons}{exercises}"

    @property
    def with_solution(self) -> list[OutlineExercise]:
        """Those of the passed ones whose solution was opened first."""
        return [item.exercise for item in self.exercises if item.is_finished and item.with_solution]

    @property
    def lessons_total(self) -> int:
        return len(self.lessons)

    @property
    def exercises_total(self) -> int:
        return len(self.exercises)

    @property
    def minutes(self) -> int:
        """Of reading."""
        return sum(item.lesson.minutes for item in self.lessons)

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

    @cached_property
    def _by_lesson(self) -> dict[int, LessonProgress]:
        return {item.lesson.lesson_id: item for item in self.lessons}

    def of(self, lesson_id: int) -> LessonProgress | None:
        return self._by_lesson.get(lesson_id)

    @property
    def first_unfinished(self) -> Step | None:
        """The first thing that is left to do; None when all is done."""
        return next((item.step for item in self.steps() if not item.is_finished), None)

    def after(self, lesson_id: int) -> Step | None:
        """Where to go from a lesson: the next thing left to do; where nothing is, the next lesson."""
        here = self.of(lesson_id)
        steps = list(self.steps())
        following = steps[steps.index(here) + 1 :] if here else steps
        unfinished = (item for item in following if not item.is_finished)
        lessons = (item for item in following if isinstance(item, LessonProgress))
        found = next(unfinished, None) or next(lessons, None)
        return found.step if found else None


def changed_since(passed_version: int | None, exercise: Exercise) -> bool:
    """Whether *exercise* was passed at a version older than the published one."""
    return passed_version is not None and exercise.published is not None and passed_version < exercise.published.number


def progress_in(courses: Iterable[Course], owner: Owner | None) -> list[CourseProgress]:
    """Progress in each of *courses*, which come `with_outline()`. One query, and none for a visitor."""
    standing = standing_of(owner)
    return [progress_along(course, outline_of(course), standing) for course in courses]


def progress_along(course: Course, outline: Outline, standing: Standing) -> CourseProgress:
    """How far somebody is who stands so in a course that has this outline. No query."""
    lessons = [
        LessonProgress(
            lesson=lesson,
            is_finished=lesson.lesson_id in standing.done,
            exercises=_exercises(lesson.exercises, standing),
        )
        for lesson in outline.lessons
    ]
    return CourseProgress(course=course, outline=outline, lessons=lessons)


def _exercises(exercises: Collection[OutlineExercise], standing: Standing) -> list[ExerciseProgress]:
    return [
        ExerciseProgress(
            exercise=exercise,
            state=standing.of(exercise.pk),
            passed_version=standing.passed.get(exercise.pk),
            with_solution=exercise.pk in standing.helped,
        )
        for exercise in exercises
    ]


def exercises_of(course: Course) -> dict[int, list[OutlineExercise]]:
    """The exercises of *course* that are or will be published, without archived ones, for its outline. One query."""
    found: dict[int, list[OutlineExercise]] = {}
    rows = Exercise.objects.filter(lesson__course=course, published__isnull=False, archived_at__isnull=True)
    rows = rows.in_course_order()
    columns = ("title", "kind", "framework", "difficulty", "number")
    for exercise in rows.select_related("published").only(
        "slug", "lesson_id", "published_at", *(f"published__{column}" for column in columns)
    ):
        version, since = exercise.published, exercise.published_at
        assert version is not None and since is not None  # noqa: S101, PT018 - a constraint of the database
        found.setdefault(exercise.lesson_id, []).append(
            OutlineExercise(
                pk=exercise.pk,
                slug=exercise.slug,
                url=exercise.get_absolute_url(),
                title=version.title,
                kind=version.kind,
                framework=version.framework,
                difficulty=version.difficulty,
                version=version.number,
                since=since.timestamp(),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where a learner left off: the next thing to do there."""

    course: Course
    step: Step


def continuation_of(owner: Owner | None, among: Collection[CourseProgress]) -> Continuation | None:
    """The first unfinished step at or after what *owner* did last; else the first of the course that is unfinished.

    None: nothing was done yet, or everything in that course, or in a course that is not *among* these. Two queries.
    """
    last = None if owner is None else _last_activity(owner)
    progress = next((one for one in among if last and one.course.pk == last.course_id), None)
    step = _step_from(last, progress) if last and progress else None
    return Continuation(progress.course, step) if progress and step else None


def continuation_in(owner: Owner | None, progress: CourseProgress) -> Step | None:
    """The same in one course, whatever *owner* did elsewhere since. Two queries once the course is begun."""
    last = _last_activity(owner, within=progress.course) if owner and progress.is_started else None
    return _step_from(last, progress) if last else progress.first_unfinished


def _step_from(last: _Activity, progress: CourseProgress) -> Step | None:
    steps = list(progress.steps())
    here = next((index for index, step in enumerate(steps) if last.is_about(step)), 0)
    following = next((item for item in steps[here:] + steps[:here] if not item.is_finished), None)
    return following.step if following else None


@dataclass(frozen=True, slots=True)
class _Activity:
    course_id: int
    lesson_id: int
    exercise_id: int | None = None  # None: the lesson itself

    def is_about(self, item: LessonProgress | ExerciseProgress) -> bool:
        if isinstance(item, ExerciseProgress):
            return item.exercise.pk == self.exercise_id
        return self.exercise_id is None and item.lesson.lesson_id == self.lesson_id


def _last_activity(owner: Owner, within: Course | None = None) -> _Activity | None:
    """What *owner* handed in or marked as done last, in one course or in any. Two queries."""
    exercise = "exercise_version__exercise"
    fields = (f"{exercise}__lesson__course_id", f"{exercise}__lesson_id", f"{exercise}_id")
    attempts, marks = Submission.objects.owned_by(owner), LessonDone.objects.owned_by(owner)
    if within is not None:
        attempts = attempts.filter(**{f"{exercise}__lesson__course": within})
        marks = marks.filter(lesson__course=within)
    attempt = attempts.order_by("-pk").values_list("created_at", *fields).first()
    done = marks.order_by("-done_at", "-pk").values_list("done_at", "lesson__course_id", "lesson_id").first()
    newest = max((row for row in (attempt, done) if row), key=lambda row: row[0], default=None)
    return _Activity(*newest[1:]) if newest else None
