"""How a learner runs a program on their own machine: lines for a shell, copied as they are."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from exercises.models import Trial
from exercises.replay import Replay

# What has to be installed for a module, where a program of the course imports it.
PACKAGES = {
    "aiohttp": "aiohttp", "dash": "dash", "django": "django~=5.2.0", "fastapi": "fastapi", "flask": "flask",
    "gevent": "gevent", "httpx": "httpx", "numpy": "numpy", "pandas": "pandas", "plotly": "plotly",
    "pyramid": "pyramid", "sanic": "sanic", "starlette": "starlette", "streamlit": "streamlit", "tornado": "tornado",
    "uvicorn": "uvicorn", "waitress": "waitress",
}  # fmt: skip
# Those that come with another package of the list anyway.
CONTAINED = {"fastapi": {"starlette"}, "streamlit": {"numpy", "pandas", "tornado"}, "dash": {"flask", "plotly"}}
# What starts an application object, and what has to be installed for that.
SERVERS = {
    "flask": ("flask --app main run", ""),
    "fastapi": ("uvicorn main:app --reload", "uvicorn"),
    "starlette": ("uvicorn main:app --reload", "uvicorn"),
    "sanic": ("sanic main --dev", ""),
    "streamlit": ("streamlit run main.py", ""),
    "pyramid": ("waitress-serve --listen=127.0.0.1:6543 main:app", "waitress"),
    "dash": ("waitress-serve --listen=127.0.0.1:8050 main:app.server", "waitress"),
    "django": ("waitress-serve --listen=127.0.0.1:8000 main:app", "waitress"),
}
# Frameworks whose programs start a server themselves, under if __name__ == "__main__", where they have that.
OWN_START = {
    "pyramid": "python main.py", "dash": "python main.py", "django": "python main.py runserver",
    "aiohttp": "python main.py", "tornado": "python main.py", "gevent": "python main.py",
}  # fmt: skip
DRAWN_BY_A_BROWSER = ("streamlit", "dash")


def steps_at_home(trial: Trial) -> Replay | None:
    """Install what the trial's program imports, and start it; None where there is no way to start it as it is."""
    source = trial.files.get("main.py", "")
    start, server = _start_of(trial, source)
    if not start:
        return None
    modules = _imported(trial.files) | ({trial.framework} & PACKAGES.keys())
    packages = {PACKAGES[name] for name in modules if name in PACKAGES}
    for name in modules:
        packages -= CONTAINED.get(name, set())
    packages |= {server} - {""}
    lines = ["python3 -m venv .venv", ". .venv/bin/activate"] if packages else []
    if packages:
        lines.append(shlex.join(["pip", "install", *sorted(packages)]))
    if trial.framework in DRAWN_BY_A_BROWSER:
        before = _("To see the page itself, beside your main.py:")
    else:
        before = _("Beside your main.py:")
    return Replay("sh", "\n".join([*lines, start]), before)


def _start_of(trial: Trial, source: str) -> tuple[str, str]:
    """The line that starts the program, and the package that this needs."""
    if trial.kind == Trial.Kind.FUNCTION and trial.request.get("call"):
        call = trial.request["call"]
        return shlex.join(["python", "-c", f"from main import {call.partition('(')[0]}; print({call})"]), ""
    if trial.kind in (Trial.Kind.SCRIPT, Trial.Kind.FUNCTION):
        return shlex.join(["python", "main.py", *trial.request.get("arguments", ())]), ""
    if trial.framework in OWN_START and ("__main__" in source or trial.framework not in SERVERS):
        return OWN_START[trial.framework], ""
    return SERVERS.get(trial.framework, ("", ""))


def _imported(files: Mapping[str, str]) -> set[str]:
    """The outermost modules that the files import; none of a file that Python cannot read."""
    return {name.partition(".")[0] for path, text in files.items() if path.endswith(".py") for name in _names(text)}


def _names(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
