"""Exercises that are answered instead of coded, and judged at once: no sandbox, no worker.

Each kind is a module with its cases.toml, its answers and its judging, all behind AnswerKind. What cases.toml says is
resolved when a version is saved: its names are the version's cases, the rest is its sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exercises.answers.choice import Choice
from exercises.answers.contract import AnswerKind
from exercises.answers.decision import Decision
from exercises.answers.scenario import Scenario

if TYPE_CHECKING:
    from exercises.models import ExerciseVersion

__all__ = ["ANSWERED", "AnswerKind", "case_names", "our_case_names"]

ANSWERED: dict[str, AnswerKind] = {"choice": Choice(), "decision": Decision(), "scenario": Scenario()}


def our_case_names(version: ExerciseVersion) -> list[str]:
    """What the cases are called where that is ours to say, in the reader's language; [] where their author named them.

    What a version and its runs have stored as names is then but what tells the cases from each other.
    """
    kind = ANSWERED.get(version.kind)
    return kind.names(version.sheet) if kind else []


def case_names(version: ExerciseVersion) -> list[str]:
    """What readers know the cases by, in the author's order."""
    return our_case_names(version) or [case["name"] for case in version.cases]
