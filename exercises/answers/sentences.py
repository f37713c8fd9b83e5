"""What is said of one test of an answered exercise, made from the codes that its kind stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_lazy, ngettext

# What a gap is called; choice has a name of its own.
FIELDS = {"scenario": gettext_lazy("text"), "reasons": gettext_lazy("reasons")}


def options(message: Mapping[str, Any]) -> str:
    """Of a question: what was picked and should not have been, and the other way round."""
    wrong, missed = message["wrong"], message["missed"]
    parts = []
    if wrong:
        parts.append(
            ngettext("You picked %(options)s, which is wrong.", "You picked %(options)s, which are wrong.", len(wrong))
            % {"options": listed(wrong)}
        )
    if missed:
        right = gettext("The right answer is %(options)s.") if wrong else gettext("What is missing is %(options)s.")
        parts.append(right % {"options": listed(missed)})
    return " ".join(parts)


def no_reasons(message: Mapping[str, Any]) -> str:
    return gettext("You picked %(pick)s. Say why: a decision without reasons cannot be looked at again later.") % {
        "pick": message["pick"]
    }


def deviation(message: Mapping[str, Any]) -> str:
    return gettext(
        "%(pick)s has %(points)s points and %(best)s has %(best_points)s. A pick below the top can be right; say what "
        "the numbers do not show, or change the weights until they do."
    ) % {
        "pick": message["pick"],
        "points": message["points"],
        "best": message["best"],
        "best_points": message["best_points"],
    }


def gaps(message: Mapping[str, Any]) -> str:
    names = [str(FIELDS.get(name, message["label"].lower())) for name in message["gaps"]]
    return gettext("Still missing: %(names)s.") % {"names": get_text_list(names, gettext("and"))}


def no_reasons_yet(message: Mapping[str, Any]) -> str:
    return gettext("There are no reasons yet.")


def no_criterion(message: Mapping[str, Any]) -> str:
    return gettext("The reasons name none of the criteria: %(names)s. Which one decided?") % {
        "names": "; ".join(message["criteria"])
    }


def alike(message: Mapping[str, Any]) -> str:
    pairs = [
        gettext("scenarios %(first)s and %(second)s") % {"first": first, "second": second}
        for first, second in message["pairs"]
    ]
    return gettext("The same text stands in %(pairs)s. Describe situations that ask for different things.") % {
        "pairs": get_text_list(pairs, gettext("and"))
    }


def no_scenarios_yet(message: Mapping[str, Any]) -> str:
    return gettext("Not every scenario has a text yet.")


def listed(words: list[str]) -> str:
    return get_text_list([gettext("“%(word)s”") % {"word": word} for word in words], gettext("and"))


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
