"""TOML that people write: read, with every problem and its line."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext

from exercises.random_values import is_number
from exercises.toml_lines import Lines, Path

MAX_DEPTH = 32  # levels of a value; more is a mistake
MAX_NUMBER = 10**15  # JSON readers elsewhere keep 53 bits


class Problem(NamedTuple):
    line: int | None  # from 1; None: the whole text
    message: str

    def __str__(self) -> str:
        return (
            gettext("line %(line)s: %(message)s") % {"line": self.line, "message": self.message}
            if self.line
            else self.message
        )


class TomlError(Exception):
    """A text that cannot be used; everything that is wrong with it, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("; ".join(map(str, self.problems)))


class Document:
    """One TOML text. Problems are collected until finish(), so that an author sees all of them at once.

    The values are those that JSON knows; the constructor raises TomlError when the text is not TOML or has others.
    """

    def __init__(self, text: str) -> None:
        self.values, self._lines = _load(text)
        self._problems: list[Problem] = []
        self._check(self.values, ())
        self.finish()

    def problem(self, path: Path, message: str) -> None:
        """Note what is wrong with the value at *path*."""
        self.note(path, message)

    def note(self, path: Path, message: str) -> None:
        """The same, of what is wrong whatever the names in the value at *path* stand for (exercises.filling)."""
        self._problems.append(Problem(self._lines.of(*path), message))

    def line(self, *path: str | int) -> int | None:
        """Where the value at *path* stands; None when it does not."""
        return self._lines.of(*path)

    def finish(self) -> None:
        """Raise TomlError if any problem was noted so far."""
        if self._problems:
            raise TomlError(self._problems)

    def table(
        self, value: Any, path: Path, label: str, *, required: Iterable[str] = (), optional: Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """*value* if it is a table with all required keys, else None; unknown keys are noted."""
        if not isinstance(value, dict):
            self.problem(path, gettext("%(label)s must be a table") % {"label": label})
            return None
        known = {*required, *optional}
        for key in value:
            if key not in known:
                self.note(
                    (*path, key),
                    gettext("unknown key %(key)r; %(label)s knows %(known)s")
                    % {"key": key, "label": label, "known": ", ".join(sorted(known))},
                )
        missing = [key for key in required if key not in value]
        for key in missing:
            self.note(path, gettext("%(label)s needs %(key)r") % {"label": label, "key": key})
        return None if missing else value

    def text(self, value: Any, path: Path, label: str) -> str | None:
        """*value* if it is a string with something in it, else None."""
        if isinstance(value, str) and value.strip():
            return value
        self.problem(path, gettext("%(label)s must be a text in quotes") % {"label": label})
        return None

    def _check(self, value: Any, path: Path) -> None:
        if len(path) > MAX_DEPTH:
            self.note(path, gettext("values are nested too deeply"))
        elif isinstance(value, dict):
            for key, item in value.items():
                self._check_text(key, (*path, key))
                self._check(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._check(item, (*path, index))
        elif isinstance(value, str):
            self._check_text(value, path)
        elif isinstance(value, float) and not math.isfinite(value):
            self.note(path, gettext("inf and nan are not numbers of JSON"))
        elif is_number(value):
            if abs(value) > MAX_NUMBER:
                self.note(path, gettext("numbers go up to %(most)s") % {"most": MAX_NUMBER})
        elif not isinstance(value, bool):
            self.note(path, gettext("dates and times are not values of JSON; write a text in quotes"))

    def _check_text(self, text: str, path: Path) -> None:
        if "\0" in text:
            self.note(path, gettext("NUL cannot be stored"))


def _load(text: str) -> tuple[dict[str, Any], Lines]:
    try:
        return tomllib.loads(text), Lines(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+),", place)
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        words = gettext("not valid TOML: %(message)s") % {"message": message or error}
        raise TomlError([Problem(line, words)]) from error
    except RecursionError as error:
        raise TomlError([Problem(None, gettext("values are nested too deeply"))]) from error
