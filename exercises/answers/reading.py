"""Answers that nobody has vouched for: read once, with everything that is wrong named by its place.

A place is a path such as `criteria.1.weight`; "" is the whole. Form and API read with the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from courses.hostile_text import clean
from exercises.errors import InvalidAnswers
from exercises.files import shown

Answers = dict[str, Any]

PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
MAX_PROBLEMS = 30  # that are reported; a request can hold many more


class Reading:
    """Collects problems until finish(), so that a learner sees all of them at once."""

    def __init__(self) -> None:
        self._problems: dict[str, str] = {}

    def problem(self, place: str, message: str) -> None:
        """Note what is wrong at *place*, unless something is noted there or around it already."""
        steps = place.split(".")
        around = {"", *(".".join(steps[:end]) for end in range(1, len(steps) + 1))}
        if len(self._problems) < MAX_PROBLEMS and not around & self._problems.keys():
            self._problems[place] = message

    def has_problem(self, place: str) -> bool:
        """Whether something is wrong at *place* or inside it."""
        return any(known == place or known.startswith(f"{place}.") for known in self._problems)

    def finish(self) -> None:
        """Raise InvalidAnswers if any problem was noted so far."""
        if self._problems:
            raise InvalidAnswers(self._problems)

    def table(
        self, value: Any, place: str, *, required: Iterable[str] = (), optional: Iterable[str] = ()
    ) -> dict[str, Any]:
        """The members of an object that may be here; those that may not, or are missing, are noted."""
        if not isinstance(value, dict):
            self.problem(place, gettext("This must be an object."))
            return {}
        required = list(required)
        known = {*required, *optional}
        for key in value:
            if key not in known:
                self.problem(inside(place, _step(key)), gettext("There is no %(key)s here.") % {"key": shown(key)})
        for key in required:
            if key not in value:
                self.problem(inside(place, key), gettext("This is missing."))
        return {key: item for key, item in value.items() if key in known}

    def array(self, value: Any, place: str, *, most: int) -> list[Any]:
        if not isinstance(value, list):
            self.problem(place, gettext("This must be an array."))
            return []
        if len(value) > most:
            self.problem(place, gettext("There can be %(most)s at most.") % {"most": most})
        return value[:most]

    def text(self, value: Any, place: str, *, longest: int) -> str:
        """A text of several lines as it is stored: fit to be shown, without white space around it; may be empty."""
        if not isinstance(value, str):
            self.problem(place, gettext("This must be a text."))
            return ""
        if "\0" in value:
            self.problem(place, gettext("This holds a NUL character."))
            return ""
        try:
            value.encode()
        except UnicodeEncodeError:
            self.problem(place, gettext("This holds half of a surrogate pair, which is not text."))
            return ""
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > longest:
            self.problem(
                place,
                gettext("This has %(length)s characters; %(most)s is the most.")
                % {"length": len(text), "most": longest},
            )
        return clean(text, longest)

    def line(self, value: Any, place: str, *, longest: int) -> str:
        """The same on one line."""
        return " ".join(self.text(value, place, longest=longest).split())

    def number(self, value: Any, place: str, *, least: int, most: int, missing: str) -> int | None:
        """A whole number; None when there is none, which *missing* says."""
        if value is None:
            self.problem(place, missing)
        elif type(value) is int and least <= value <= most:  # True is no number
            return value
        else:
            self.problem(
                place,
                gettext("This must be a whole number from %(least)s to %(most)s.") % {"least": least, "most": most},
            )
        return None


def _step(key: str) -> str:
    """A key that we did not choose, as a step of a place; one that could be read otherwise there is quoted."""
    return key if PLAIN_KEY.fullmatch(key) else shown(key)


def inside(place: str, *steps: str | int) -> str:
    return ".".join([*([place] if place else []), *map(str, steps)])


def whole_number(text: str) -> int | str | None:
    """What a form's field for a number holds: a number, nothing, or something that reading will refuse."""
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
