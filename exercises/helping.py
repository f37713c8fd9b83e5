"""Hints, which open one after the other, and the reference solution, which opens after a pass or for who is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from exercises.errors import NoMoreHints, NoSolution, SolutionClosed
from exercises.models import Exercise, ExerciseVersion, HelpUsed, Owner, Submission
from exercises.owners import hold_owner
from exercises.progress import has_passed

FAILED_ATTEMPTS = 2  # that open the solution to who asks for it
# What hints are where there are as many as there should be.
STEPS = (gettext_lazy("a nudge"), gettext_lazy("where to look"), gettext_lazy("how to do it"))


@dataclass(frozen=True, slots=True)
class Hint:
    """number counts from 1; html is sanitised; name says what to expect of it, where that is known."""

    number: int
    html: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What of an exercise's help is open. solution: "none" where there is none, "ready" where asking for it opens it.

    missing: attempts that have to fail before it is ready.
    """

    hints: list[Hint]
    total: int
    solution: Literal["none", "closed", "ready", "open"]
    missing: int

    @property
    def next_number(self) -> int:
        """Of the hint that opens next; 0 when all are open."""
        return len(self.hints) + 1 if len(self.hints) < self.total else 0

    @property
    def condition(self) -> str:
        """What opens the solution, in words."""
        return str(SolutionClosed(missing=self.missing).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """files by path; html is about them, sanitised, and may be empty."""

    files: dict[str, str]
    html: str


def help_of(
    owner: Owner | None, exercise: Exercise, version: ExerciseVersion, *, is_passed: bool | None = None
) -> Help:
    """Two queries at most, and one more where *is_passed* is not known."""
    used = HelpUsed.objects.owned_by(owner).filter(exercise=exercise).first() if owner else None
    solution: Literal["none", "closed", "ready", "open"] = "none"
    missing = 0
    if version.has_solution:
        if is_passed is None:
            is_passed = has_passed(owner, exercise)
        is_open = is_passed or (used is not None and used.solution_opened_at is not None)
        missing = 0 if is_open else _missing(owner, exercise)
        solution = "open" if is_open else "closed" if missing else "ready"
    hints = _hints(version)
    return Help(hints=hints[: used.hints if used else 0], total=len(hints), solution=solution, missing=missing)


def help_of_draft(version: ExerciseVersion, *, opened: int) -> Help:
    """What staff see who try *version* before learners have it, with *opened* hints: nothing of it is remembered.

    The solution is open to them: they can read it where it is written.
    """
    hints = _hints(version)
    solution: Literal["none", "open"] = "open" if version.has_solution else "none"
    return Help(hints=hints[:opened], total=len(hints), solution=solution, missing=0)


@transaction.atomic
def open_hint(*, owner: Owner, exercise: Exercise, version: ExerciseVersion, number: int | None = None) -> Hint:
    """The next hint, which stays open from now on.

    *number* is the one that was asked for: a double click opens it once. Raises NoMoreHints.
    """
    hints, owner = _hints(version), hold_owner(owner)
    used, _ = HelpUsed.objects.get_or_create(**owner.columns, exercise=exercise)
    if number is not None and 0 < number <= min(used.hints, len(hints)):
        return hints[number - 1]
    if used.hints >= len(hints):
        raise NoMoreHints
    used.hints += 1
    used.save(update_fields=["hints"])
    return hints[used.hints - 1]


@transaction.atomic
def open_solution(*, owner: Owner, exercise: Exercise, version: ExerciseVersion) -> Solution:
    """The solution, for who asks for it; remembered unless a pass has opened it. Raises NoSolution, SolutionClosed."""
    owner = hold_owner(owner)
    try:
        return solution_of(owner, exercise, version)
    except SolutionClosed as closed:
        if closed.missing:
            raise
    HelpUsed.objects.update_or_create(**owner.columns, exercise=exercise, defaults={"solution_opened_at": now()})
    return _solution(version)


def solution_of_draft(version: ExerciseVersion) -> Solution:
    """For staff who try *version*. Raises NoSolution."""
    if not version.has_solution:
        raise NoSolution
    return _solution(version)


def solution_of(owner: Owner | None, exercise: Exercise, version: ExerciseVersion) -> Solution:
    """The solution, where it is open to *owner*. Raises NoSolution, and SolutionClosed with what is missing."""
    offered = help_of(owner, exercise, version)
    if offered.solution == "none":
        raise NoSolution
    if offered.solution != "open":
        raise SolutionClosed(missing=offered.missing)
    return _solution(version)


def _hints(version: ExerciseVersion) -> list[Hint]:
    names = [str(name) for name in STEPS] if len(version.hints_html) == len(STEPS) else [""] * len(version.hints_html)
    hints = zip(version.hints_html, names, strict=True)
    return [Hint(number, html, name) for number, (html, name) in enumerate(hints, 1)]


def _solution(version: ExerciseVersion) -> Solution:
    return Solution(files=version.solution, html=version.solution_html)


def _missing(owner: Owner | None, exercise: Exercise) -> int:
    """How many attempts have to fail before the solution can be asked for."""
    if owner is None:
        return FAILED_ATTEMPTS
    failed = Submission.objects.owned_by(owner).of_exercise(exercise.pk).failed()[:FAILED_ATTEMPTS].count()
    return FAILED_ATTEMPTS - failed
