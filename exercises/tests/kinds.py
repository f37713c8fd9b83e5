"""A small exercise of each kind, as the files of its folder and as content."""

from pathlib import Path
from typing import Any

from exercises.content import ExerciseContent
from exercises.tests.content import CASES, SOLUTION, STARTER, WRONG

FUNCTION = {
    "cases.toml": """\
[random]
name = { kind = "word" }

[[case]]
name = "It greets by name"
why = "A constant greets nobody."
call = { function = "greet", arguments = ["${name}"] }
expect = { value = "Hello, ${name}" }

[[case]]
name = "It refuses an empty name"
call = { function = "greet", keywords = { name = "" } }
expect = { raises = "ValueError" }
""",
    "starter/main.py": "def greet(name):\n    ...\n",
    "solution/main.py": """\
def greet(name):
    if not name:
        raise ValueError("a name is needed")
    return f"Hello, {name}"
""",
    "wrong/greets-all.py": """\
# fails: It refuses an empty name
def greet(name):
    return f"Hello, {name}"
""",
}
SCRIPT = {
    "cases.toml": """\
[random]
name = { kind = "word" }

[[case]]
name = "It greets by name"
run = { arguments = ["${name}"] }
expect = { stdout = "Hello, ${name}\\n", exit_code = 0 }

[[case]]
name = "It asks for a name"
run = { input = "${name}\\n" }
expect = { stdout_contains = ["Name?", "Hello, ${name}"] }
""",
    "starter/main.py": 'def main():\n    ...\n\n\nif __name__ == "__main__":\n    main()\n',
    "solution/main.py": """\
import sys


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else input("Name? ")
    print(f"Hello, {name}")


if __name__ == "__main__":
    main()
""",
    "wrong/never-asks.py": """\
# fails: It asks for a name
import sys

print(f"Hello, {sys.argv[-1]}")
""",
}
STREAMLIT = {
    "cases.toml": """\
[[case]]
name = "The title is Sales"
why = "It says what the page is about."
interact = {}
expect = { elements = [{ type = "title", text = "Sales" }] }

[[case]]
name = "The chart shows the chosen region"
interact = { each_option = { of = ["selectbox", "radio"] } }
expect = { filters = "chart" }
""",
    "starter/main.py": "import streamlit as st\n\n\ndef show():\n    ...\n\n\nshow()\n",
    "solution/main.py": """\
import streamlit as st

SALES = {"North": [120, 150], "South": [80, 95]}

st.title("Sales")
st.line_chart(SALES[st.selectbox("Region", list(SALES))])
""",
    "wrong/draws-all.py": """\
# fails: The chart shows the chosen region
import streamlit as st

SALES = {"North": [120, 150], "South": [80, 95]}

st.title("Sales")
st.selectbox("Region", list(SALES))
st.line_chart(SALES)
""",
}
HTTP = {
    "cases.toml": CASES,
    "starter/main.py": STARTER,
    "solution/main.py": SOLUTION,
    "wrong/says-yes.py": WRONG,
}
FILES = {"http": HTTP, "function": FUNCTION, "script": SCRIPT, "streamlit": STREAMLIT}
FRAMEWORKS = {"http": "flask", "function": "", "script": "", "streamlit": "streamlit"}


def content_of(kind: str, **changes: Any) -> ExerciseContent:
    files = FILES[kind]
    written: dict[str, Any] = {
        "title": f"A {kind}",
        "kind": kind,
        "framework": FRAMEWORKS[kind],
        "prompt_markdown": "Do it.\n",
        "starter": {"main.py": files["starter/main.py"]},
        "solution": {"main.py": files["solution/main.py"]},
        "wrong": {path.removeprefix("wrong/"): text for path, text in files.items() if path.startswith("wrong/")},
        "cases_toml": files["cases.toml"],
    }
    return ExerciseContent(**(written | changes))


def write_exercise(course: Path, kind: str) -> Path:
    """The folder of the exercise that is called like its *kind*, of a lesson `first`, in a course's folder."""
    framework = f'framework = "{FRAMEWORKS[kind]}"\n' if FRAMEWORKS[kind] else ""
    files = FILES[kind] | {
        "exercise.toml": f'title = "A {kind}"\nkind = "{kind}"\n{framework}lesson = "first"\nposition = 1\n'
        'difficulty = "easy"\n',
        "prompt.md": "Do it.\n",
    }
    folder = course / "exercises" / kind
    for label, text in files.items():
        (folder / label).parent.mkdir(parents=True, exist_ok=True)
        (folder / label).write_text(text)
    return folder
