"""The matrix of a decision as a form has it: criteria are rows, candidates columns, numbers may be missing or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from exercises.answers.reading import Answers, whole_number

MAX_CRITERIA, MAX_CANDIDATES = 12, 8
TEXTS = ("title", "context", "reasons", "deviation_reason")


@dataclass(slots=True)
class Row:
    """scores are in the order of the columns; None is an empty field, a text what is no number."""

    name: str
    weight: int | str | None
    scores: list[int | str | None]

    @property
    def is_empty(self) -> bool:
        return not self.name.strip() and self.weight is None and all(score is None for score in self.scores)


@dataclass(slots=True)
class Matrix:
    rows: list[Row]
    columns: list[str]  # names of the candidates
    pick: int | None = None  # a column
    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(TEXTS, ""))

    @classmethod
    def of_form(cls, form: QueryDict) -> Matrix:
        """Fields that repeat: `criterion` and `weight` for each row, `candidate` for each column, `score` row by row.

        A form that does not fit together gives a matrix with holes.
        """
        columns = form.getlist("candidate")
        weights, scores = form.getlist("weight"), form.getlist("score")

        def number(values: list[str], index: int) -> int | str | None:
            return whole_number(values[index]) if index < len(values) else None

        rows = [
            Row(
                name,
                number(weights, row),
                [number(scores, row * len(columns) + column) for column in range(len(columns[:MAX_CANDIDATES]))],
            )
            for row, name in enumerate(form.getlist("criterion")[:MAX_CRITERIA])
        ]
        pick = whole_number(form.get("pick", ""))
        columns = columns[:MAX_CANDIDATES]
        return cls(
            rows,
            columns,
            pick if isinstance(pick, int) and pick < len(columns) else None,
            {name: form.get(name, "") for name in TEXTS},
        )

    @classmethod
    def of_answers(cls, answers: Answers) -> Matrix:
        """Of answers in the form of the API, as answers() gives them."""
        candidates = answers["candidates"]
        rows = [
            Row(criterion["name"], criterion["weight"], [candidate["scores"][index] for candidate in candidates])
            for index, criterion in enumerate(answers["criteria"])
        ]
        columns = [candidate["name"] for candidate in candidates]
        pick = columns.index(answers["pick"]) if answers["pick"] in columns else None
        return cls(rows, columns, pick, {name: answers.get(name, "") for name in TEXTS})

    @classmethod
    def to_begin_with(cls, decision: Mapping[str, Any]) -> Matrix:
        """The suggested criteria and empty columns; *decision* is the table of the sheet."""
        columns = [""] * decision["min_candidates"]
        return cls([Row(item["name"], None, [None] * len(columns)) for item in decision["criterion"]], columns)

    def answers(self) -> Answers:
        """As the API would get it, without the rows and columns in which there is nothing."""
        rows = [self.rows[row] for row in self._kept_rows()]
        return {
            **self.texts,
            "criteria": [{"name": row.name, "weight": row.weight} for row in rows],
            "candidates": [
                {"name": self.columns[column], "scores": [row.scores[column] for row in rows]}
                for column in self._kept_columns()
            ],
            "pick": "" if self.pick is None else self.columns[self.pick],
        }

    def problems_here(self, problems: Mapping[str, str]) -> dict[str, str]:
        """*problems* of answers() at the places of this matrix, which has its empty rows and columns too."""
        rows, columns = self._kept_rows(), self._kept_columns()

        def here(place: str) -> str:
            steps = place.split(".")
            for at, before, kept in ((1, ["criteria"], rows), (1, ["candidates"], columns), (3, ["scores"], rows)):
                if steps[at - 1 : at] == before and len(steps) > at:
                    steps[at] = str(kept[int(steps[at])])
            return ".".join(steps)

        return {here(place): text for place, text in problems.items()}

    def _kept_rows(self) -> list[int]:
        return [index for index, row in enumerate(self.rows) if not row.is_empty]

    def _kept_columns(self) -> list[int]:
        return [index for index, _ in enumerate(self.columns) if not self._is_empty_column(index)]

    def _is_empty_column(self, column: int) -> bool:
        return not self.columns[column].strip() and all(row.scores[column] is None for row in self.rows)

    def fill_up(self, *, columns: int) -> None:
        """Add what is missing of a row and so many columns, so that there is something to type in."""
        while len(self.columns) < columns:
            self.add_column()
        if not self.rows:
            self.add_row()

    # What the buttons of the page do

    def add_row(self) -> None:
        if len(self.rows) < MAX_CRITERIA:
            self.rows.append(Row("", None, [None] * len(self.columns)))

    def add_column(self) -> None:
        if len(self.columns) < MAX_CANDIDATES:
            self.columns.append("")
            for row in self.rows:
                row.scores.append(None)

    def remove_row(self, index: int) -> None:
        if index < len(self.rows) and len(self.rows) > 1:
            del self.rows[index]

    def remove_column(self, index: int) -> None:
        if index >= len(self.columns) or len(self.columns) == 1:
            return
        del self.columns[index]
        for row in self.rows:
            del row.scores[index]
        if self.pick is not None and self.pick >= index:
            self.pick = None if self.pick == index else self.pick - 1
