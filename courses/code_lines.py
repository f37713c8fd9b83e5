"""The lines of a listing as HTML: highlighted, marked, numbered, hidden at first, and with notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from html import escape
from itertools import groupby

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer

# `# (1)!` at the end of a line, in the comment of its language: a note, whose text is in the list below the listing.
MARK = re.compile(
    r"[ \t]*(?:(?:#|//|--)[ \t]*\((?P<number>\d{1,2})\)!|<!--[ \t]*\((?P<in_html>\d{1,2})\)![ \t]*-->)[ \t]*$"
)
IMPORT = re.compile(r"(?:from|import)\s|$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How lines are shown; they count from 1. first_number: None shows no numbers. prefix: of the ids of the notes."""

    marked: Collection[int] = ()
    hidden: Collection[int] = ()
    first_number: int | None = None
    prefix: str = "mark-1-"


def line_numbers(text: str) -> list[int]:
    """The lines that hl_lines="2 4-6" names. ValueError when it is not written like that."""
    numbers: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        start, stop = int(first), int(last or first)
        if not 1 <= start <= stop <= 10_000:
            raise ValueError(part)
        numbers.extend(range(start, stop + 1))
    return numbers


def notes_in(source: str) -> list[int]:
    """The numbers of the notes to which the lines of *source* refer, in order."""
    found = (MARK.search(line) for line in source.split("\n"))
    return [int(mark["number"] or mark["in_html"]) for mark in found if mark]


def without_notes(source: str) -> str:
    """*source* as readers see it: what refers to notes is for us."""
    return "\n".join(MARK.sub("", line) for line in source.split("\n"))


def code_lines(source: str, lexer: Lexer, look: Look) -> str:
    """HTML of *source*, each line of which ends with a line end. What a script may copy or run is its text alone."""
    plain: list[str] = []
    notes: dict[int, int] = {}
    for number, line in enumerate(source.rstrip("\n").split("\n"), start=1):
        mark = MARK.search(line)
        if mark:
            notes[number] = int(mark["number"] or mark["in_html"])
        plain.append(line[: mark.start()] if mark else line)
    # The formatter closes what goes over several lines at the end of each.
    lines = highlight("\n".join(plain) + "\n", lexer, HtmlFormatter(nowrap=True)).split("\n")[: len(plain)]
    html = [_line(number, line, look, notes.get(number)) for number, line in enumerate(lines, start=1)]
    parts = []
    for is_hidden, group in groupby(enumerate(html, start=1), key=lambda entry: entry[0] in look.hidden):
        entries = list(group)
        text = "".join(line for _, line in entries)
        parts.append(_folded(text, (plain[number - 1] for number, _ in entries)) if is_hidden else text)
    return "".join(parts)


def _line(number: int, html: str, look: Look, note: int | None) -> str:
    if note is not None:
        html += (
            f'<button type="button" class="mark" popovertarget="{escape(look.prefix)}{note}" '
            f'data-note="{note}" aria-label="{note}"></button>'
        )
    if look.first_number is not None:
        html = f'<span class="lineno" data-line="{look.first_number + number - 1}"></span>{html}'
    return f'<span class="hll">{html}\n</span>' if number in look.marked else f"{html}\n"


def _folded(html: str, lines: Iterable[str]) -> str:
    kind = " folded--imports" if all(IMPORT.match(line) for line in lines) else ""
    return f'<span class="folded{kind}">{html}</span>'
