"""The weighted sum of a decision: the same for the page without a script, the verdict and the record.

static/js/decision/ranking.js computes it once more while one types; config/tests/browser compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HIGHEST = 5  # of weights and scores; the lowest is 0


@dataclass(frozen=True, slots=True)
class Rank:
    """One candidate. place counts from 1 and is shared by equals; points are at most *of*."""

    place: int
    name: str
    points: int
    of: int
    is_complete: bool  # has a score wherever the weight is above zero


def ranking(criteria: Sequence[Mapping[str, Any]], candidates: Sequence[Mapping[str, Any]]) -> list[Rank]:
    """The candidates by weight times score, best first; equals stay in their order. What is not a number counts 0."""
    weights = [_number(criterion["weight"]) or 0 for criterion in criteria]
    of = HIGHEST * sum(weights)
    sums = []
    for candidate in candidates:
        scores = [_number(score) for score in candidate["scores"]]
        points = sum(weight * (score or 0) for weight, score in zip(weights, scores, strict=False))
        is_complete = len(scores) >= len(weights) and not any(
            weight and score is None for weight, score in zip(weights, scores, strict=False)
        )
        sums.append((candidate["name"], points, is_complete))
    return [
        Rank(1 + sum(other > points for _, other, _ in sums), name, points, of, is_complete)
        for name, points, is_complete in sorted(sums, key=lambda row: -row[1])
    ]


def _number(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= HIGHEST else None
