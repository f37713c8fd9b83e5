"""Read TOML that people write: every mistake is named with its line, and all of them at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar

from django.utils.translation import gettext

from courses.entry_names import is_reserved

SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH: Final = 50  # of the columns
Value = TypeVar("Value", str, int, bool, list[Any])


class FormatError(Exception):
    """A text is not in its format. problems has (line, message) for every mistake; line counts from 1."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(
            "; ".join(
                gettext("line %(line)s: %(message)s") % {"line": line, "message": message} for line, message in problems
            )
        )
        self.problems = problems


def parse_toml(text: str, *, first_line: int = 1) -> dict[str, Any]:
    """The values of *text*, which starts at *first_line* of its file. Raises FormatError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        number = re.match(r"line (\d+)", place)
        last = text.rstrip("\n").count("\n") + 1
        line = min(int(number[1]), last) if number else last  # no number: at the end of the document
        raise FormatError(
            [(first_line + line - 1, gettext("not valid TOML: %(message)s") % {"message": message})]
        ) from error


def quoted(text: str) -> str:
    """*text* as a TOML string on one line."""
    short = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + re.sub(r'[\x00-\x1f\x7f"\\]', lambda m: short.get(m[0]) or f"\\u{ord(m[0]):04X}", text) + '"'


class Table:
    """One table of a TOML file, whose values are taken one by one.

    A value that is missing or wrong is put on *problems*, and an empty one of the right type is returned in its
    place, so that the reader goes on and finds the other mistakes.
    """

    def __init__(
        self, values: Mapping[str, Any], text: str, *, problems: list[tuple[int, str]], first_line: int = 1
    ) -> None:
        self.values = values
        self.lines = text.split("\n")  # of this table only
        self.problems = problems
        self.first_line = first_line

    def problem(self, key: str, message: str) -> None:
        """Complain about the value of *key*."""
        self.problems.append((self.line(key), message))

    def line(self, key: str) -> int:
        """The line where *key* is set; the table's first one when it is not."""
        return self._first(re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*="))

    def line_of(self, value: str) -> int:
        """The last line where the string *value* stands, or the table's first one."""
        quotes = re.compile(rf"[\"']{re.escape(value)}[\"']")
        numbers = [number for number, line in enumerate(self.lines, start=self.first_line) if quotes.search(line)]
        return numbers[-1] if numbers else self.first_line

    def _first(self, pattern: re.Pattern[str]) -> int:
        lines = enumerate(self.lines, start=self.first_line)
        return next((number for number, line in lines if pattern.match(line)), self.first_line)

    def only(self, known: Collection[str]) -> None:
        """Complain about keys that are not among the *known* ones."""
        for key in self.values:
            if key not in known:
                self.problem(
                    key,
                    gettext('unknown key "%(key)s"; known are %(known)s')
                    % {"key": key, "known": ", ".join(sorted(known))},
                )

    def text(self, key: str, *, longest: int = 1000) -> str:
        """A string of one line that is not blank."""
        value = self._value(key, str, gettext("a text in quotes"))
        if value is None:
            return ""
        if not value.strip() or "\n" in value or value != " ".join(value.split()):
            self.problem(
                key,
                gettext("%(key)s must be one line of text, without spaces around it or doubled ones in it")
                % {"key": key},
            )
        elif len(value) > longest:
            self.problem(
                key,
                gettext("%(key)s has %(length)s characters; %(most)s is the most")
                % {"key": key, "length": len(value), "most": longest},
            )
        return value

    def slug(self, key: str) -> str:
        value = self._value(key, str, gettext("a text in quotes"))
        if value is None:
            return ""
        if not is_slug(value):
            self.problem(
                key,
                gettext('"%(value)s" is a name that Windows reserves')
                if is_reserved(value)
                else gettext('"%(value)s" is no slug: small letters, digits and single hyphens, at most %(most)s')
                % {"value": value, "most": SLUG_LENGTH},
            )
        return value

    def slugs(self, key: str) -> list[str]:
        """A list of slugs; those that are none are left out."""
        values = self._value(key, list, gettext("a list of slugs"))
        for value in values or []:
            if not isinstance(value, str) or not is_slug(value):
                self.problems.append(
                    (
                        self.line_of(str(value)),
                        gettext("%(value)r in %(key)s is no slug") % {"value": value, "key": key},
                    )
                )
        return [value for value in values or [] if isinstance(value, str) and is_slug(value)]

    def integer(self, key: str, *, at_least: int, at_most: int) -> int:
        value = self._value(key, int, gettext("a whole number"))
        if value is None:
            return at_least
        if not at_least <= value <= at_most:
            self.problem(
                key,
                gettext("%(key)s must be between %(at_least)s and %(at_most)s")
                % {"key": key, "at_least": at_least, "at_most": at_most},
            )
        return value

    def flag(self, key: str) -> bool:
        """true or false; false when it is not there."""
        return bool(key in self.values and self._value(key, bool, gettext("true or false")))

    def _value(self, key: str, kind: type[Value], description: str) -> Value | None:
        if key not in self.values:
            self.problems.append(
                (
                    self.first_line,
                    gettext("%(key)s is missing; it is %(description)s") % {"key": key, "description": description},
                )
            )
            return None
        value = self.values[key]
        if type(value) is not kind:  # isinstance would take true for a number
            self.problem(key, gettext("%(key)s must be %(description)s") % {"key": key, "description": description})
            return None
        return value


def is_slug(text: str) -> bool:
    """Slugs are names of files and folders, too."""
    return bool(SLUG.fullmatch(text)) and len(text) <= SLUG_LENGTH and not is_reserved(text)
