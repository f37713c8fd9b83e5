"""What learners are told that they can import."""

import json
import os
import subprocess

from sandbox import installed_packages

PYTHON = os.environ.get("LEARNER_PYTHON", ".venv-learner/bin/python")
PROGRAM = """\
import importlib.util, json, sys
print(json.dumps([name for name in sys.argv[1:] if importlib.util.find_spec(name)]))
"""


def test_everything_that_is_listed_can_be_imported():
    names = installed_packages()

    found = subprocess.run([PYTHON, "-c", PROGRAM, *names], capture_output=True, text=True, check=True)

    assert json.loads(found.stdout) == list(names)
    assert "flask" in names
