"""Small exercises that are answered, for tests: as authors write them, and as answers."""

from pathlib import Path
from typing import Any

from courses.models import Lesson
from courses.tests.builders import write_course
from exercises.content import ExerciseContent
from exercises.models import Exercise
from exercises.tests.builders import make_lesson
from exercises.versions import publish_exercise, save_exercise_draft

CHOICE = '''\
[[question]]
name = "first"
text = "What do you look at *first*?"

[[question.option]]
name = "stars"
text = "Stars on a website"
why = "Popularity says nothing about your project."

[[question.option]]
name = "needs"
text = "What the project `needs`"
correct = true
why = """
Everything else follows from it.

See [the lesson](lesson:first)."""

[[question]]
name = "sync"
text = "Which two are sync-first?"
multiple = true

[[question.option]]
name = "flask"
text = "Flask"
correct = true
why = "It began with WSGI."

[[question.option]]
name = "django"
text = "Django"
correct = true
why = "So did Django."

[[question.option]]
name = "sanic"
text = "Sanic"
why = "Sanic is async-first."
'''
DECISION = """\
[decision]
candidates = ["Flask", "Django", "FastAPI"]

[[decision.criterion]]
name = "Required features"
help = "What must be there."

[[decision.criterion]]
name = "Team experience"
"""
SCENARIO = """\
[scenario]
choice_label = "Framework"
choices = ["Flask", "Django", "FastAPI"]

[[scenario.criterion]]
name = "Team familiarity"
words = ["team", "learning curve"]

[[scenario.criterion]]
name = "Built-in features"
words = ["built in", "admin", "ORM"]

[[scenario.rubric]]
name = "workload"
text = "The reasons name the *workload*."

[[scenario.rubric]]
name = "against"
text = "They say what speaks against it."

[[scenario.model]]
scenario = "A shop with staff who edit products."
choice = "Django"
reasons = "Its **admin** is built in."
"""
TEXTS = {"choice": CHOICE, "decision": DECISION, "scenario": SCENARIO}
SOLUTIONS = {"choice": "", "decision": "We would pick **Django**.\n", "scenario": ""}

RIGHT: dict[str, Any] = {
    "choice": {"first": "needs", "sync": ["flask", "django"]},
    "decision": {
        "title": "A framework for the shop",
        "context": "A small shop.",
        "criteria": [{"name": "Required features", "weight": 5}, {"name": "Team experience", "weight": 3}],
        "candidates": [
            {"name": "Flask", "scores": [2, 5]},
            {"name": "Django", "scores": [5, 3]},
            {"name": "FastAPI", "scores": [3, 1]},
        ],
        "pick": "Django",
        "reasons": "The admin is there already.",
        "deviation_reason": "",
    },
    "scenario": {
        "entries": [
            {"scenario": "A shop", "choice": "Django", "reasons": "The admin is built in."},
            {"scenario": "A small API", "choice": "FastAPI", "reasons": "The team knows type hints."},
            {"scenario": "A webhook", "choice": "Flask", "reasons": "Hardly any learning curve."},
        ]
    },
}


def content(kind: str, **changes: Any) -> ExerciseContent:
    written: dict[str, Any] = {
        "title": kind.title(),
        "kind": kind,
        "prompt_markdown": "Answer.\n",
        "solution_markdown": SOLUTIONS[kind],
        "cases_toml": TEXTS[kind],
    }
    return ExerciseContent(**(written | changes))


def make_answered(kind: str, *, lesson: Lesson | None = None, is_published: bool = True, **changes: Any) -> Exercise:
    """An exercise of *kind* whose slug is the kind."""
    lesson = lesson or Lesson.objects.first() or make_lesson("first")
    exercise = Exercise.objects.create(lesson=lesson, slug=kind)
    save_exercise_draft(exercise=exercise, content=content(kind, **changes))
    if is_published:
        publish_exercise(exercise=exercise)
    return exercise


def write_answered(folder: Path) -> Path:
    """The small course of courses.tests with an exercise of each answered kind; returns its path."""
    course = write_course(folder)
    for position, (kind, text) in enumerate(TEXTS.items(), start=1):
        home = course / "exercises" / kind
        home.mkdir(parents=True)
        (home / "exercise.toml").write_text(
            f'title = "{kind.title()}"\nkind = "{kind}"\nlesson = "first"\nposition = {position}\ndifficulty = "easy"\n'
        )
        (home / "prompt.md").write_text("Answer.\n")
        (home / "cases.toml").write_text(text)
        if SOLUTIONS[kind]:
            (home / "solution.md").write_text(SOLUTIONS[kind])
    return course
