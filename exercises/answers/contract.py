"""What an answered kind of exercise is, and how one test of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.http import QueryDict

from exercises.answers.reading import Answers
from exercises.answers.sheets import Sheet


class AnswerKind(Protocol):
    """One kind: its cases.toml, its answers, and what makes them right. No database, no HTML, no clock."""

    @property
    def reason(self) -> str:
        """Of a run that failed."""

    @property
    def markdown(self) -> Mapping[str, str]:
        """The keys of a sheet that hold Markdown, and where its HTML goes."""

    @property
    def needs_solution(self) -> bool:
        """Whether solution.md must be there, because learners compare their answers with it."""

    def parse(self, text: str) -> Sheet:
        """What cases.toml says. Raises TomlError with every problem and its line."""

    def cases(self, sheet: Sheet) -> list[dict[str, Any]]:
        """One a test, in order: {"name": what tells it from the others, parameters of judge()}."""

    def names(self, sheet: Sheet) -> list[str]:
        """What readers know the cases by, in their language; [] where the author gave them their names."""

    def public(self, sheet: Sheet) -> dict[str, Any]:
        """What is asked, as the API shows it: nothing that gives the answer away."""

    def read(self, sheet: Sheet, answers: Any) -> Answers:
        """*answers* as they are stored, once they can be judged. Raises InvalidAnswers."""

    def from_form(self, sheet: Sheet, form: QueryDict) -> Any:
        """The fields of the page in the form of the API, to be read()."""

    def judge(self, sheet: Sheet, answers: Answers) -> list[dict[str, Any]]:
        """Elements of Run.tests (exercises.judging), one for each of cases(), made by as_test()."""


def as_test(
    name: str,
    message: dict[str, Any] | None = None,
    *,
    why: str = "",
    expected: str | None = None,
    actual: str | None = None,
) -> dict[str, Any]:
    """One test: passed without a *message*, which is a code with the parameters of its sentence."""
    return {
        "name": name,
        "status": "passed" if message is None else "failed",
        "message": message,
        "why": why,
        "request": None,
        "response": None,
        "expected": expected,
        "actual": actual,
        "traceback": "",
        "duration_ms": None,
    }
