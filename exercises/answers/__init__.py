"""Exercises that are answered instead of coded, and judged at once: no sandbox, no worker.

Each kind is a module with its cases.toml, its answers and its judging, all behind AnswerKind. What cases.toml says is
resolved when a version is saved: its names are the version's cases, the rest is its sheet.
"""

from __future__ import annotations

from exercises.answers.choice import Choice
from exercises.answers.contract import AnswerKind
from exercises.answers.decision import Decision
from exercises.answers.scenario import Scenario

__all__ = ["ANSWERED", "AnswerKind"]

ANSWERED: dict[str, AnswerKind] = {"choice": Choice(), "decision": Decision(), "scenario": Scenario()}
