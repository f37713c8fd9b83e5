"""Runs the learner's file as `python main.py` would."""

import atexit
import builtins
import importlib.machinery
import sys
import threading
import types
from typing import Any, NoReturn

from . import loading, serving
from .diagnosis import Diagnosis
from .loading import WORK, end


def run(entry: str, diagnosis: Diagnosis) -> NoReturn:
    """Run *entry* to its end."""
    execute(entry, diagnosis)
    finish(0)


def run_server(entry: str, diagnosis: Diagnosis) -> NoReturn:
    """Run *entry*, which shall serve by itself. Whether it does is seen from outside.

    If it comes to its end with an app that nobody has seen coming, that is served.
    """
    names = execute(entry, diagnosis)
    if names.get("app") is not None and not has_other_threads():
        serving.serve(names["app"], diagnosis)
    finish_without_app(names, diagnosis)


def finish_without_app(names: dict[str, Any], diagnosis: Diagnosis) -> NoReturn:
    """For a program that has come to its end: threads and processes that it started may still serve."""
    wait_for_threads()
    diagnosis.failed("no_app", message=loading.closest_name(names))
    finish(0)


def execute(entry: str, diagnosis: Diagnosis) -> dict[str, Any]:
    """The names of the script once its last line was executed. Ends the process if it does not come that far."""
    path = WORK + entry
    module = types.ModuleType("__main__")
    module.__file__ = path
    module.__loader__ = importlib.machinery.SourceFileLoader("__main__", path)
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    with loading.explained(diagnosis, finish):
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 this is what the jail is for
    return module.__dict__


def has_other_threads() -> bool:
    return any(not thread.daemon for thread in threading.enumerate() if thread is not threading.current_thread())


def wait_for_threads() -> None:
    """Until all threads that are no daemons have ended."""
    threading._shutdown()  # type: ignore[attr-defined]  # the interpreter's own way


def finish(code: int) -> NoReturn:
    """What the interpreter does at its end: wait for threads, call what was registered, flush."""
    wait_for_threads()
    atexit._run_exitfuncs()
    end(code)
