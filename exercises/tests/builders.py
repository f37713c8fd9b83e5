"""Rows for the tests of this app: plain functions, everything but what the test is about has a default."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils.timezone import now

from courses.models import Course, Lesson, LessonVersion, Module
from exercises.models import Exercise, ExerciseCheck, ExerciseVersion, Owner, Run, Submission, Trial

STARTER = {"main.py": "app = ...\n"}
CASES = [
    {
        "name": f"GET {path} answers 200",
        "why": "The address is part of the task.",
        "request": {"method": "GET", "path": path, "headers": {}},
        "expect": {"status": [200], "headers": {}},
        "random": {},
        "computed": {},
    }
    for path in ("/", "/health")
]


def make_user(name: str = "ana", **columns: Any) -> User:
    return User.objects.create_user(username=name, email=f"{name}@example.org", password="correct-horse", **columns)


def make_course(slug: str = "web", *, is_published: bool = True) -> Course:
    return Course.objects.create(slug=slug, title=slug.title(), published_at=now() if is_published else None)


def make_lesson(
    slug: str = "flask", *, course: Course | None = None, is_published: bool = True, body_markdown: str = "Hello.\n"
) -> Lesson:
    course = course or Course.objects.filter(slug="web").first() or make_course()
    module, _ = Module.objects.get_or_create(course=course, slug="basics", title="Basics")
    lesson = Lesson.objects.create(course=course, module=module, slug=slug)
    lesson.draft = LessonVersion.objects.create(
        lesson=lesson,
        number=1,
        title=slug.title(),
        summary="You can say hello.",
        minutes=5,
        body_markdown=body_markdown,
        body_html="<p>Hello.</p>",
        content_hash="0" * 64,
    )
    if is_published:
        lesson.published, lesson.published_at = lesson.draft, now()
    lesson.save()
    return lesson


def make_exercise(
    slug: str = "health-flask", *, lesson: Lesson | None = None, is_published: bool = True, **columns: Any
) -> Exercise:
    lesson = lesson or Lesson.objects.filter(slug="flask").first() or make_lesson()
    exercise = Exercise.objects.create(lesson=lesson, slug=slug)
    exercise.draft = ExerciseVersion.objects.create(
        **{
            "exercise": exercise,
            "number": 1,
            "title": slug.title(),
            "framework": "flask",
            "prompt_markdown": "Answer.",
            "instructions_html": "<p>Answer.</p>",
            "starter": STARTER,
            "solution": {"main.py": "the answer key\n"},
            "cases": CASES,
            "content_hash": "0" * 64,
            **columns,
        }
    )
    if is_published:
        exercise.published, exercise.published_at = exercise.draft, now()
    exercise.save()
    return exercise


LISTING = """```python listing="shop" framework="flask" title="shop.py" request='POST /items {"name": "Tea"}'
from flask import Flask

app = Flask(__name__)
```
"""


def make_listing(*, is_published: bool = True, body_markdown: str = LISTING) -> Lesson:
    """A lesson with a listing called shop."""
    return make_lesson("listings", is_published=is_published, body_markdown=body_markdown)


def make_trial(status: str = Run.Status.QUEUED, *, owner: Owner | None = None, **columns: Any) -> Trial:
    """A trial of an exercise's files with its run in *status*."""
    exercise = Exercise.objects.first() or make_exercise()
    trial = Trial.objects.create(
        **{
            **(owner or guest()).columns,
            "exercise_version": exercise.draft,
            "kind": Trial.Kind.HTTP,
            "framework": "flask",
            "files": STARTER,
            "request": {"method": "GET", "path": "/", "headers": {}, "body": ""},
            **columns,
        }
    )
    make_run(trial=trial, status=status, purpose=Run.Purpose.RUN)
    return Trial.objects.with_run().get(pk=trial.pk)


def make_check(version: ExerciseVersion, **columns: Any) -> ExerciseCheck:
    """A check whose reference has failed and whose start code is running."""
    check = ExerciseCheck.objects.create(version=version, **columns)
    common = {"exercise_check": check, "purpose": Run.Purpose.CHECK}
    make_run(status=Run.Status.DONE, program="solution", verdict=Run.Verdict.FAILED, reason="mismatch", **common)
    make_run(status=Run.Status.RUNNING, program="starter", **common)
    return check


def guest() -> Owner:
    return Owner(guest=uuid.uuid4())


def make_submission(*, owner: Owner | None = None, exercise: Exercise | None = None) -> Submission:
    exercise = exercise or Exercise.objects.first() or make_exercise()
    return Submission.objects.create(**(owner or guest()).columns, exercise_version=exercise.draft, files=STARTER)


def make_run(submission: Submission | None = None, status: str = Run.Status.QUEUED, **columns: Any) -> Run:
    """A run in *status* that fulfils the constraints of that status."""
    if status == Run.Status.RUNNING:
        fitting: dict[str, Any] = {"lease": uuid.uuid4(), "leased_until": now() + timedelta(seconds=15), "tries": 1}
    elif status == Run.Status.QUEUED:
        fitting = {"requeue_at": now() + timedelta(seconds=20)}
    else:
        fitting = {"finished_at": now()}
    if status == Run.Status.DONE:
        fitting |= {"verdict": Run.Verdict.PASSED, "score": 1.0, "started_at": now()}
    if not columns.keys() & {"trial", "exercise_check"}:
        columns["submission"] = submission or make_submission()
    elif status == Run.Status.DONE and "trial" in columns:
        fitting |= {"verdict": Run.Verdict.RAN, "score": None}
    return Run.objects.create(**{"status": status, "seed": 1, **fitting, **columns})
