"""Everything after the lock-down: the learner's program is loaded and served, or run. Nothing said from here on is
believed.

A program is one of four things:

functions    its file is loaded as the module `main`, and what it defines is called from outside
an app       its file binds `app`, so it is loaded as the module `main` and what it called `app` is served on port 8000;
             where loading it serves something already, as `uvicorn.run(app)` at the end of a file does, that is it
a script     it runs as `__main__`, as `python main.py` would run it, and serves by itself where it shall be asked; also
             where it binds `app`, if the job says that it must serve
Streamlit's  a script that Streamlit runs for each session, behind its own server
"""

import os
import sys
from typing import Any, NoReturn

from . import functions, inspecting, loading, scripts, self_serving, serving, streamlit_app
from .diagnosis import Diagnosis


def run(job: dict[str, Any], diagnosis: Diagnosis) -> NoReturn:
    """Run the program of *job* until this process ends.

    Of the job (see sandbox.starting) it reads `kind`, `framework`, `entry`, `arguments` and `must_serve`.
    """
    entry = job["entry"]
    path = loading.WORK + entry
    sys.argv = [entry, *job["arguments"]]
    os.environ.pop("FLASK_RUN_FROM_CLI", None)
    if job["kind"] == "script":
        look_for_modules_in(os.path.dirname(path))
        scripts.run(entry, diagnosis)
    if job["kind"] == "function":
        look_for_modules_in(loading.WORK.rstrip("/"))
        functions.serve(loading.load(entry, diagnosis), diagnosis)
    if job["framework"] == "streamlit":
        look_for_modules_in(os.path.dirname(path))
        streamlit_app.serve(entry, diagnosis)

    self_serving.in_one_process()
    if job["must_serve"]:
        look_for_modules_in(os.path.dirname(path))
        scripts.run(entry, diagnosis)
    if not inspecting.binds_app(path):
        look_for_modules_in(os.path.dirname(path))
        scripts.run_server(entry, diagnosis)
    look_for_modules_in(loading.WORK.rstrip("/"))
    os.environ["FLASK_RUN_FROM_CLI"] = "true"  # Flask then ignores app.run(), after which it is we who serve
    names = loading.load(entry, diagnosis)
    if names.get("app") is None:
        scripts.finish_without_app(names, diagnosis)
    serving.serve(names["app"], diagnosis)


def look_for_modules_in(folder: str) -> None:
    """First, as Python does for what it runs; and no longer where the harness is."""
    if "/opt" in sys.path:
        sys.path.remove("/opt")
    sys.path.insert(0, folder)
