"""Load a course from a folder of files (format: docs/authoring.md) into the database, all or nothing.

Rows are the truth once loaded. A row that was edited in the admin since the last load is kept as it is, named in
`Loading.kept`, and the rest is loaded; `force` overwrites it. Nothing is ever deleted: what the files no longer have
is named in `Loading.only_here`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from courses.models import Course


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a file. line counts from 1; None when the mistake has no line, such as a missing file."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}"


class ContentError(Exception):
    """The files have mistakes; nothing was loaded. `problems` has all of them, in the order of path and line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.path, problem.line or 0))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Change:
    """A file whose content the load brought into the database. before is "" for a new one."""

    label: str
    before: str
    after: str


@dataclass(slots=True, kw_only=True)
class Loading:
    """What one load may do (force, publish) and what it found and did."""

    force: bool = False
    publish: bool = False
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # labels of rows that were edited in the admin and left alone
    only_here: list[str] = field(default_factory=list)  # labels of rows that have no file
    published_now: list[str] = field(default_factory=list)  # labels of rows that this load published

    @property
    def is_unchanged(self) -> bool:
        return not self.changes and not self.published_now

    def problem(self, path: Path, line: int | None, message: str) -> None:
        """Record a mistake in a file. Any one of them rolls the whole load back, after all were found."""
        self.problems.append(Problem(str(path), line, message))

    def keep_edited(self, label: str, edited: bool) -> bool:
        """Whether to leave the row *label* alone: it was *edited* in the admin, and this load is not forced.

        Ask only about rows whose content differs from the file's. The answer True is recorded.
        """
        if edited and not self.force:
            self.kept.append(label)
            return True
        return False

    def changed(self, label: str, before: str, after: str) -> None:
        """Record that *label*'s content (as the file would have it) went from *before* to *after*."""
        self.changes.append(Change(label, before, after))

    def missing(self, label: str) -> None:
        """Record a row that the files do not have (any more); it stays."""
        self.only_here.append(label)

    def published(self, label: str) -> None:
        """Record that this load published *label*."""
        self.published_now.append(label)


class Part(Protocol):
    """What another app keeps in a course folder. Registered with register_part() in AppConfig.ready()."""

    def load(self, course: Course, folder: Path, loading: Loading) -> None:
        """Write this part's files of *folder* into the database, inside the load's transaction.

        All lessons of course.toml exist by now (without a draft when their file has a mistake). Report mistakes
        through *loading*; write nothing when nothing differs; publish only when loading.publish.
        """

    def export(self, course: Course, folder: Path) -> None:
        """Write this part's rows of *course* into *folder*, in the form that load() reads without a difference."""


_parts: list[Part] = []


def register_part(part: Part) -> None:
    """Have *part* loaded and exported with every course, after those registered before it."""
    _parts.append(part)


def registered_parts() -> Iterator[Part]:
    yield from _parts
