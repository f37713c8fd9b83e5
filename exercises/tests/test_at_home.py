"""How a program that was run here is run elsewhere."""

import subprocess
import sys

import pytest

from exercises.at_home import steps_at_home
from exercises.models import Trial

VENV = ["python3 -m venv .venv", ". .venv/bin/activate"]
MAIN = "if __name__ == '__main__':\n    start()\n"


def trial(source, framework="", kind="http", **request):
    return Trial(kind=kind, framework=framework, files={"main.py": source, "data.txt": "import os"}, request=request)


@pytest.mark.parametrize(
    ("tried", "lines"),
    [
        (trial("import flask", "flask"), [*VENV, "pip install flask", "flask --app main run"]),
        (trial("import fastapi, starlette.responses", "fastapi"),
         [*VENV, "pip install fastapi uvicorn", "uvicorn main:app --reload"]),
        (trial("from starlette.applications import *\nimport httpx", "starlette"),
         [*VENV, "pip install httpx starlette uvicorn", "uvicorn main:app --reload"]),
        (trial(MAIN, "django"), [*VENV, "pip install 'django~=5.2.0'", "python main.py runserver"]),
        (trial("", "django"),
         [*VENV, "pip install 'django~=5.2.0' waitress", "waitress-serve --listen=127.0.0.1:8000 main:app"]),
        (trial("", "pyramid"),
         [*VENV, "pip install pyramid waitress", "waitress-serve --listen=127.0.0.1:6543 main:app"]),
        (trial(MAIN, "pyramid"), [*VENV, "pip install pyramid", "python main.py"]),
        (trial(MAIN, "aiohttp"), [*VENV, "pip install aiohttp", "python main.py"]),
        (trial("", "sanic"), [*VENV, "pip install sanic", "sanic main --dev"]),
        (trial(MAIN, "tornado"), [*VENV, "pip install tornado", "python main.py"]),
        (trial("from flask import Flask", "gevent"), [*VENV, "pip install flask gevent", "python main.py"]),
        (trial("import pandas as pd", "streamlit", "streamlit"),
         [*VENV, "pip install streamlit", "streamlit run main.py"]),
        (trial(MAIN, "dash"), [*VENV, "pip install dash", "python main.py"]),
        (trial("import math", kind="script", arguments=["a b"], input=""), ["python main.py 'a b'"]),
        (trial("x = (", kind="script", arguments=[], input=""), ["python main.py"]),
        (trial("", kind="function", call=""), ["python main.py"]),
        (trial("", kind="function", call="f('a')"),
         ["""python -c 'from main import f; print(f('"'"'a'"'"'))'"""]),
    ],
)  # fmt: skip
def test_a_program_is_installed_for_and_started(tried, lines):
    assert steps_at_home(tried).text.splitlines() == lines


def test_what_has_no_way_to_be_started_gets_none():
    assert steps_at_home(trial("from .models import x", "")) is None


def test_a_call_is_printed_and_nothing_else_is_done(tmp_path):
    (tmp_path / "main.py").write_text("def f(text):\n    return text\n")
    steps = steps_at_home(trial("", kind="function", call='f("\'$(echo hi)`id`")'))
    line = steps.text.replace("python ", f"{sys.executable} ", 1)

    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "'$(echo hi)`id`\n"
