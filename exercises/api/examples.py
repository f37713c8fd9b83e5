"""A line for a shell for each operation of the API, which works with the course that ships with the project."""

import json
import shlex
from urllib.parse import urlencode

from exercises.api.documentation import Operation

COURSE, LESSON, EXERCISE = "python-web-frameworks", "compare-with-flask", "hello-flask"
ID = "$id"  # of an attempt or a run: nobody knows it beforehand
ARGUMENTS = {"course": COURSE, "lesson": LESSON, "slug": EXERCISE, "uuid": ID}
QUERIES = {"exercises_list": {"course": COURSE, "framework": "flask"}}
FILES = {"main.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
BODIES = {
    "exercises_draft_update": {"files": FILES, "version": 0},
    "exercises_submissions_create": {"files": FILES},
    "runs_create": {
        "course": COURSE,
        "lesson": LESSON,
        "listing": "items-flask",
        "request": {"method": "GET", "path": "/items/2"},
    },
}
# What is only read, and is another for each learner; everything that is written is a learner's.
LEARNERS_OWN = {
    "exercises_draft_retrieve",
    "exercises_hints_retrieve",
    "exercises_solution_retrieve",
    "me_progress_list",
}


def curl(operation: Operation, site: str) -> str:
    """The command that asks *site*, such as http://localhost:8000, for *operation*."""
    body = BODIES.get(operation.id)
    options = ["curl"]
    if operation.is_stream:
        options.append("-N")
    if operation.method != ("POST" if body else "GET"):
        options.append(f"-X {operation.method}")
    if operation.method != "GET" or operation.id in LEARNERS_OWN:
        options.append("-b cookies -c cookies")
    if body is None:
        return " ".join([*options, _address(operation, site)])
    options.append("-H 'Content-Type: application/json'")
    return " \\\n     ".join([" ".join(options), f"-d {shlex.quote(json.dumps(body))}", _address(operation, site)])


def _address(operation: Operation, site: str) -> str:
    """As a word of the shell: in quotes if need be, but not so that they would hide the variable."""
    query = f"?{urlencode(QUERIES[operation.id])}" if operation.id in QUERIES else ""
    before, variable, after = (site + operation.path.format_map(ARGUMENTS) + query).partition(ID)
    return shlex.quote(before) + variable + (shlex.quote(after) if after else "")
