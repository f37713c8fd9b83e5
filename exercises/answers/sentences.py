"""What is said of one test of an answered exercise, made from the codes that its kind stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

FIELDS = {"scenario": "text", "reasons": "reasons"}  # what a gap is called; choice has a name of its own


def options(message: Mapping[str, Any]) -> str:
    """Of a question: what was picked and should not have been, and the other way round."""
    parts = []
    if message["wrong"]:
        parts.append(
            f"You picked {listed(message['wrong'])}, which {'is' if len(message['wrong']) == 1 else 'are'} wrong."
        )
    if message["missed"]:
        right = "The right answer is" if message["wrong"] else "What is missing is"
        parts.append(f"{right} {listed(message['missed'])}.")
    return " ".join(parts)


def no_reasons(message: Mapping[str, Any]) -> str:
    return f"You picked {message['pick']}. Say why: a decision without reasons cannot be looked at again later."


def deviation(message: Mapping[str, Any]) -> str:
    return (
        f"{message['pick']} has {message['points']} points and {message['best']} has {message['best_points']}. A pick "
        "below the top can be right; say what the numbers do not show, or change the weights until they do."
    )


def gaps(message: Mapping[str, Any]) -> str:
    names = [FIELDS.get(name, message["label"].lower()) for name in message["gaps"]]
    return f"Still missing: {' and '.join(names) if len(names) < 3 else ', '.join(names)}."


def no_reasons_yet(message: Mapping[str, Any]) -> str:
    return "There are no reasons yet."


def no_criterion(message: Mapping[str, Any]) -> str:
    return f"The reasons name none of the criteria: {'; '.join(message['criteria'])}. Which one decided?"


def alike(message: Mapping[str, Any]) -> str:
    pairs = " and ".join(f"scenarios {first} and {second}" for first, second in message["pairs"])
    return f"The same text stands in {pairs}. Describe situations that ask for different things."


def no_scenarios_yet(message: Mapping[str, Any]) -> str:
    return "Not every scenario has a text yet."


def listed(words: list[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "options": options,
    "no_reasons": no_reasons,
    "deviation": deviation,
    "gaps": gaps,
    "no_reasons_yet": no_reasons_yet,
    "no_criterion": no_criterion,
    "alike": alike,
    "no_scenarios_yet": no_scenarios_yet,
}
