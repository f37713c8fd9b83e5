"""The kinds of exercises whose answers are programs: a module for each, called like the kind.

Each of them says how its part of cases.toml is read, what a run asks then, and how an answer is compared. What is asked
and what is expected are kept apart everywhere: only the first goes into the sandbox (exercises.judging).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from exercises.case_files import Format
from exercises.kinds import function, http, script, streamlit
from exercises.kinds.examining import Answer, Examined


class Question(Protocol):
    """What a case asks of a program."""

    @property
    def shown(self) -> dict[str, Any]:
        """It for a page, as `request` in exercises.judging."""
        ...


class Expectation(Protocol):
    """What a case expects of the answer."""

    def examine(self, answer: Answer) -> Examined:
        """*answer*, which came (its error is ""), beside it."""
        ...


class Kind(Format, Protocol):
    """What the modules have in common."""

    def question(self, template: Any, values: Mapping[str, Any]) -> Question: ...
    def expectation(self, template: Any, values: Mapping[str, Any]) -> Expectation: ...


KINDS: Mapping[str, Kind] = {"http": http, "function": function, "script": script, "streamlit": streamlit}


def kind_of(case: Mapping[str, Any]) -> Kind:
    """Of a case as a version stores it. Raises KeyError for a case that asks nothing that is known."""
    for kind in KINDS.values():
        if kind.ASKS in case:
            return kind
    raise KeyError(f"the case asks none of {', '.join(kind.ASKS for kind in KINDS.values())}")
