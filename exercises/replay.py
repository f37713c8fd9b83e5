"""How a learner asks the same of their own program: a line for a shell, or for Python.

What was asked comes from the exercise and from random values, and is quoted as if it had come from an enemy: a line
that is copied into a shell must not do anything else.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext

from courses.hostile_text import REPLACEMENT
from exercises.kinds.examining import SHOWN_BODY

# Where a framework's own server listens unless it is told otherwise.
PORTS = {"flask": 5000, "pyramid": 6543, "aiohttp": 8080, "tornado": 8888, "dash": 8050}
USUAL_PORT = 8000


@dataclass(frozen=True, slots=True)
class Replay:
    """text is one line (its quoted values may hold more); before says what has to be done first."""

    language: Literal["sh", "python"]
    text: str
    before: str


def replay_of(request: Mapping[str, Any] | None, *, framework: str) -> Replay | None:
    """For the `request` of a test (exercises.judging); None where it is not kept in full, or cannot be typed."""
    if request is None or not all(map(_is_complete, request.values())):
        return None
    if "call" in request:
        function = request["call"].partition("(")[0]
        return Replay("python", f"from main import {function}; print({request['call']})", gettext("Beside main.py:"))
    if "run" in request:
        given = f"printf %s {shlex.quote(request['input'])} | " if "input" in request else ""
        return Replay("sh", given + request["run"], gettext("In the folder of your program:"))
    if "method" in request:
        port = PORTS.get(framework, USUAL_PORT)
        before = gettext("With your program running on port %(port)d of your own machine:") % {"port": port}
        return Replay("sh", _curl(request, f"http://127.0.0.1:{port}"), before)
    return None


def _is_complete(value: Any) -> bool:
    """Whether it was neither cut nor held what cannot be shown (courses.hostile_text)."""
    if isinstance(value, Mapping):
        return all(map(_is_complete, value.values()))
    return not isinstance(value, str) or (
        REPLACEMENT not in value and not (len(value) >= SHOWN_BODY and value.endswith("…"))
    )


def _curl(request: Mapping[str, Any], origin: str) -> str:
    method, path, body = request["method"], request["path"], request.get("body", "")
    words = ["curl", "-i"]
    if method == "HEAD":
        words = ["curl", "--head"]
    elif method != ("POST" if body else "GET"):
        words += ["-X", method]
    if "/." in path:
        words.append("--path-as-is")
    if any(sign in path for sign in "[]{}"):
        words.append("--globoff")
    words.append(shlex.quote(origin + path))
    headers = request.get("headers", {})
    for name, value in headers.items():
        words += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
    if body:
        if "content-type" not in {name.lower() for name in headers}:
            words += ["-H", "Content-Type:"]
        words += ["--data-raw", shlex.quote(body)]
    line = " ".join(words)
    if clients := request.get("clients"):
        return f"for i in $(seq {int(clients)}); do {line} & done; wait"
    return line
