"""What is different between two states of files: lines as in a unified diff, with the changed words marked.

Learners' attempts and authors' versions are compared alike. Both sides are hostile text: it is cut and cleaned here and
escaped by the template (components/_diff.html). And because difflib takes minutes for texts that are made for it, what
would be too much work is shown as replaced as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from courses.hostile_text import clean, shortened

CONTEXT_LINES = 3  # unchanged ones that are shown around each change
SHOWN_LINES = 1000  # changed ones of one file
SHOWN_PATH = 100
ALIKE = 0.4  # share of a line that has to be common to both sides, so that marking its words says something

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_WORDS_OF_PROSE = re.compile(r"\w+\s?|[^\w\s]\s?|\s+")  # spaces of their own, which are all alike, would cost most


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is looked at. steps: of difflib, at most; a million are a few tenths of a second."""

    shown_characters: int  # of one line
    word_marks_up_to: int  # characters of a line
    steps: int
    words: re.Pattern[str] = _WORDS


OF_CODE = Limits(shown_characters=500, word_marks_up_to=300, steps=1_000_000)
# A paragraph may be one line. The bound on the steps is far from what prose takes.
OF_PROSE = Limits(shown_characters=20_000, word_marks_up_to=5_000, steps=50_000_000, words=_WORDS_OF_PROSE)


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """old and new: numbers of the line on the two sides, from 1; None where it is not on that side."""

    kind: Literal["same", "removed", "added"]
    old: int | None
    new: int | None
    pieces: list[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines that belong together. skipped: how many unchanged ones are left out before it."""

    skipped: int
    lines: list[DiffLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file; no hunks: no difference. skipped: equal lines after the last hunk; is_cut: there are more changes."""

    path: str
    hunks: list[Hunk]
    added: int
    removed: int
    skipped: int
    is_cut: bool

    @property
    def is_same(self) -> bool:
        return not self.hunks


@dataclass(slots=True)
class _Work:
    """How many steps are left for a file."""

    limits: Limits = OF_CODE
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limits.steps

    def affords(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether comparing the two fits; takes the most that it can cost off the budget then."""
        theirs = Counter(after)
        pairs = sum(count * theirs[item] for item, count in Counter(before).items())
        cost = len(before) + len(after) + pairs * min(len(before), len(after))
        if cost > self.left:
            return False
        self.left -= cost
        return True


# One of difflib's opcodes: tag, start and stop before, start and stop after.
_Change = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the diff by its indices; a changed one also has that of the line it stands for, if there is one."""

    kind: Literal["same", "removed", "added"]
    old: int | None
    new: int | None

    @property
    def is_changed(self) -> bool:
        return self.kind != "same"


def differing(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Two texts, which stay as long as they are, in pieces: what is different is marked, unless little is common."""
    work = _Work()
    pairs = ((before, False), (after, True))
    old, new = (
        _marked(before, after, work, is_new=is_new) or [Piece(clean(text, len(text)))] for text, is_new in pairs
    )
    return old, new


def diffs_of(before: Mapping[str, str], after: Mapping[str, str], limits: Limits = OF_CODE) -> list[FileDiff]:
    """How the files *after* ({path: text}) differ from those *before*, in their order; then those that are gone."""
    paths = [*after, *(path for path in before if path not in after)]
    return [diff_of(path, before.get(path, ""), after.get(path, ""), limits) for path in paths]


def diff_of(path: str, before: str, after: str, limits: Limits = OF_CODE) -> FileDiff:
    """How one text differs from another. The kind of line ends, and a missing last one, make no difference."""
    sides, work = (_lines(before), _lines(after)), _Work(limits)
    rows = list(_rows(*sides, work))
    changed = [index for index, row in enumerate(rows) if row.is_changed]
    hunks: list[Hunk] = []
    done = 0  # rows that are shown or left out
    for index in changed[:SHOWN_LINES]:
        start = max(done, index - CONTEXT_LINES)
        if start > done or not hunks:
            hunks.append(Hunk(skipped=start - done, lines=[]))
        done = max(done, min(len(rows), index + 1 + CONTEXT_LINES))
        hunks[-1].lines.extend(_shown(row, *sides, work) for row in rows[start:done])
    return FileDiff(
        path=shortened(path, SHOWN_PATH),
        hunks=hunks,
        added=sum(rows[index].kind == "added" for index in changed),
        removed=sum(rows[index].kind == "removed" for index in changed),
        skipped=len(rows) - done,
        is_cut=len(changed) > SHOWN_LINES,
    )


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _rows(before: list[str], after: list[str], work: _Work) -> Iterator[_Row]:
    """What is gone before what came; the lines of a replacement stand for each other as far as they go."""
    for tag, start, stop, new_start, new_stop in _changes(before, after, work):
        if tag == "equal":
            yield from (_Row("same", start + index, new_start + index) for index in range(stop - start))
            continue
        removed, added = stop - start, new_stop - new_start
        for index in range(removed):
            yield _Row("removed", start + index, new_start + index if index < added else None)
        for index in range(added):
            yield _Row("added", start + index if index < removed else None, new_start + index)


def _shown(row: _Row, before: list[str], after: list[str], work: _Work) -> DiffLine:
    old = None if row.old is None else before[row.old]
    new = None if row.new is None else after[row.new]
    text = (new if row.kind == "added" else old) or ""
    pieces = [Piece(shortened(text, work.limits.shown_characters))] if text else []
    if row.is_changed and old is not None and new is not None:
        pieces = _marked(old, new, work, is_new=row.kind == "added") or pieces
    return DiffLine(
        kind=row.kind,
        old=None if row.old is None or row.kind == "added" else row.old + 1,
        new=None if row.new is None or row.kind == "removed" else row.new + 1,
        pieces=pieces,
    )


def _changes(before: list[str], after: list[str], work: _Work, *, autojunk: bool = True) -> Iterator[_Change]:
    """The opcodes; the beginning and the end that are common are found without difflib."""
    least = min(len(before), len(after))
    head = next((index for index in range(least) if before[index] != after[index]), least)
    tail = next((index for index in range(least - head) if before[-1 - index] != after[-1 - index]), least - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    yield "equal", 0, head, 0, head
    if old and new and work.affords(old, new):
        for tag, start, stop, new_start, new_stop in SequenceMatcher(None, old, new, autojunk).get_opcodes():
            yield tag, start + head, stop + head, new_start + head, new_stop + head
    else:
        yield "replace", head, head + len(old), head, head + len(new)
    yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _marked(before: str, after: str, work: _Work, *, is_new: bool) -> list[Piece]:
    """One of two lines that stand for each other, in pieces; none where they have little in common or are too long."""
    if max(len(before), len(after)) > work.limits.word_marks_up_to:
        return []
    old, new = work.limits.words.findall(before), work.limits.words.findall(after)
    opcodes = list(_changes(old, new, work, autojunk=False))
    common = sum(len("".join(old[start:stop]).strip()) for tag, start, stop, _, _ in opcodes if tag == "equal")
    if common < ALIKE * max(len(before.strip()), len(after.strip())):
        return []
    words = (("".join(new[opcode[3] : opcode[4]] if is_new else old[opcode[1] : opcode[2]]), opcode[0])
             for opcode in opcodes)  # fmt: skip
    return [Piece(clean(text, len(text)), tag != "equal") for text, tag in words if text]
