"""What authors write, for tests: the content of a small exercise, and the files of a small course."""

from pathlib import Path
from typing import Any

from courses.tests.builders import write_course
from exercises.content import ExerciseContent

STARTER = "from flask import Flask\n\napp = Flask(__name__)\n\n\ndef health():\n    ...\n"
SOLUTION = STARTER.replace("def health():\n    ...", '@app.get("/health")\ndef health():\n    return {"ok": True}')
WRONG = "# fails: The body says ok\n" + SOLUTION.replace("True", '"yes"')
CASES = """\
[[case]]
name = "GET /health answers 200"
request = { path = "/health" }
expect = { status = 200 }

[[case]]
name = "The body says ok"
why = "One key, one boolean."
request = { path = "/health" }
expect = { status = 200, content_type = "application/json", json = { ok = true } }
"""
FAMILY = """\
[params]
answer = "what the body says"

[[case]]
name = "The body says ok"
request = { path = "/health" }
expect = { status = 200, json = { ok = "${answer}" } }
"""
DESCRIPTION = """\
title = "A health check"
kind = "http"
framework = "flask"
lesson = "first"
position = 1
difficulty = "easy"
hints = [
    "Say \\"ok\\".",
    "Return a dictionary.",
]

[limits]
wall_seconds = 5
"""
MEMBER = """\
title = "A health check of a family"
kind = "http"
framework = "flask"
lesson = "first"
position = 2
difficulty = "medium"
draft = true
family = "health"

[params]
answer = true
"""


def content(**changes: Any) -> ExerciseContent:
    written: dict[str, Any] = {
        "title": "A health check",
        "framework": "flask",
        "prompt_markdown": "Answer `GET /health`.\n",
        "starter": {"main.py": STARTER},
        "solution": {"main.py": SOLUTION},
        "wrong": {"says-yes.py": WRONG},
        "cases_toml": CASES,
    }
    return ExerciseContent(**(written | changes))


def write_exercises(folder: Path) -> Path:
    """The small course of courses.tests with two exercises and a family; returns its path."""
    course = write_course(folder)
    files = {
        "families/health.toml": FAMILY,
        "exercises/alone/exercise.toml": DESCRIPTION,
        "exercises/alone/prompt.md": "Answer `GET /health`.\n",
        "exercises/alone/solution.md": "Because.\n",
        "exercises/alone/cases.toml": CASES,
        "exercises/alone/starter/main.py": STARTER,
        "exercises/alone/starter/shop/stock.py": "ITEMS = {}\n",
        "exercises/alone/solution/main.py": SOLUTION,
        "exercises/alone/solution/shop/stock.py": "ITEMS = {}\n",
        "exercises/alone/wrong/says-yes.py": WRONG,
        "exercises/member/exercise.toml": MEMBER,
        "exercises/member/prompt.md": "Answer `GET /health`, please.\n",
        "exercises/member/starter/main.py": STARTER,
        "exercises/member/solution/main.py": SOLUTION,
    }
    for label, text in files.items():
        (course / label).parent.mkdir(parents=True, exist_ok=True)
        (course / label).write_text(text)
    return course
