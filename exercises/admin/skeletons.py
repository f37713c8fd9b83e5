"""What the cases of a kind begin with: offered by the "/" menu of their editor, to be written over."""

from __future__ import annotations

import json

from exercises.models import ExerciseVersion

Kind = ExerciseVersion.Kind

SKELETONS = {
    Kind.HTTP: """\
[[case]]
name = "GET / answers 200"
why = "What this case teaches."
request = { path = "/" }
[case.expect]
status = 200
""",
    Kind.FUNCTION: """\
[[case]]
name = "Two numbers are added"
why = "What this case teaches."
call = { function = "add", arguments = [2, 3] }
expect = { value = 5 }
""",
    Kind.SCRIPT: """\
[[case]]
name = "The numbers are added"
why = "What this case teaches."
run = { arguments = [], input = "2\\n3\\n" }
expect = { stdout = "5", exit_code = 0 }
""",
    Kind.STREAMLIT: """\
[[case]]
name = "The page has its title"
why = "What this case teaches."
interact = {}
[case.expect]
elements = [{ type = "title", text = "Dashboard" }]
""",
    Kind.CHOICE: """\
[[question]]
name = "first-question"
text = "What is asked?"

[[question.option]]
name = "right"
text = "The right answer"
correct = true
why = "Why it is right."

[[question.option]]
name = "wrong"
text = "A plausible mistake"
why = "What is wrong about it."
""",
    Kind.DECISION: """\
[decision]
min_candidates = 3
candidates = ["Flask", "Django", "FastAPI"]

[[decision.criterion]]
name = "Required features"
help = "What must be there on the first day."
""",
    Kind.SCENARIO: """\
[scenario]
entries = 3
choice_label = "Framework"
choices = ["Flask", "Django", "FastAPI"]

[[scenario.criterion]]
name = "Team familiarity"
words = ["team", "familiar", "know"]

[[scenario.rubric]]
name = "own-workload"
text = "The reasons speak of this scenario's own workload."

[[scenario.model]]
scenario = "An internal page that two people look at once a day."
choice = "Flask"
reasons = "The team knows it."
""",
}


def as_data() -> str:
    """For static/js/admin/blocks.js: {kind: [its name, its skeleton]}."""
    return json.dumps({kind.value: [str(kind.label), text] for kind, text in SKELETONS.items()})
