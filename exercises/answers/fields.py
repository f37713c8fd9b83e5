"""The form of an answered exercise: its fields with what was typed and what is wrong, for the template to print.

`answers` are in the form of the API and may be anything that a form or an attempt at another version held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from exercises.answers.choice import PREFIX, picked
from exercises.answers.decision import MAX_NAME, MAX_TITLE
from exercises.answers.matrix import MAX_CANDIDATES, MAX_CRITERIA, Matrix
from exercises.answers.ranking import HIGHEST, Rank, ranking
from exercises.answers.reading import Answers
from exercises.answers.sheets import Sheet, inline, split_first_paragraph
from exercises.models import EntryMessage

Problems = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    name: str
    html: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionField:
    """lead is the question itself, without a block around it; rest what follows in blocks of its own, or ""."""

    field: str
    id: str
    lead: str
    rest: str
    multiple: bool
    options: list[Choosable]
    error: str


def question_fields(sheet: Sheet, answers: Answers, problems: Problems) -> list[QuestionField]:
    fields = []
    for number, question in enumerate(sheet["question"], start=1):
        chosen = picked(answers.get(question["name"]))
        lead, rest = split_first_paragraph(question["html"])
        options = [
            Choosable(name=option["name"], html=inline(option["html"]), is_chosen=option["name"] in chosen)
            for option in question["option"]
        ]
        fields.append(
            QuestionField(
                field=PREFIX + question["name"],
                id=f"question-{number}",
                lead=lead,
                rest=rest,
                multiple=question["multiple"],
                options=options,
                error=problems.get(question["name"], ""),
            )
        )
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input: value as it was typed."""

    id: str
    value: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFields:
    """messages: what staff and the learner wrote about this entry of the attempt that the form is filled from."""

    number: int
    scenario: Field
    choice: Field
    reasons: Field
    messages: Sequence[EntryMessage] = ()


def entry_fields(
    sheet: Sheet,
    answers: Answers,
    problems: Problems,
    conversations: Mapping[int, Sequence[EntryMessage]] | None = None,
) -> list[EntryFields]:
    entries = answers.get("entries") or []
    fields = []
    for index in range(sheet["scenario"]["entries"]):
        entry = entries[index] if index < len(entries) else {}

        def field(name: str, index: int = index, entry: Mapping[str, Any] = entry) -> Field:
            error = problems.get(f"entries.{index}.{name}", "")
            return Field(id=f"{name}-{index + 1}", value=entry.get(name, ""), error=error)

        fields.append(
            EntryFields(
                number=index + 1,
                scenario=field("scenario"),
                choice=field("choice"),
                reasons=field("reasons"),
                messages=(conversations or {}).get(index + 1, ()),
            )
        )
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFields:
    """A criterion: scores are in the order of the columns."""

    number: int
    label: str
    help: str
    name: Field
    weight: Field
    scores: list[tuple[str, Field]]  # with what the candidate is called


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFields:
    """A candidate."""

    number: int
    label: str
    name: Field
    is_picked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixFields:
    rows: list[RowFields]
    columns: list[ColumnFields]
    texts: dict[str, Field]
    ranks: list[Rank]
    errors: dict[str, str]  # of criteria, candidates and pick as a whole
    suggested: list[str]
    highest: int
    most_rows: int
    most_columns: int
    longest_name: int
    longest_title: int
    can_add_row: bool
    can_add_column: bool

    @property
    def can_remove_row(self) -> bool:
        return len(self.rows) > 1

    @property
    def can_remove_column(self) -> bool:
        return len(self.columns) > 1


def matrix_fields(sheet: Sheet, matrix: Matrix, problems: Problems) -> MatrixFields:
    helps = {item["name"].casefold(): item["help"] for item in sheet["decision"]["criterion"]}
    columns = [
        ColumnFields(
            number=index + 1,
            label=" ".join(name.split()) or gettext("Candidate %(index)s") % {"index": index + 1},
            name=_field(f"candidates.{index}.name", name, problems),
            is_picked=matrix.pick == index,
        )
        for index, name in enumerate(matrix.columns)
    ]
    rows = [
        RowFields(
            number=index + 1,
            label=" ".join(row.name.split()) or gettext("Criterion %(index)s") % {"index": index + 1},
            help=helps.get(row.name.strip().casefold(), ""),
            name=_field(f"criteria.{index}.name", row.name, problems),
            weight=_field(f"criteria.{index}.weight", row.weight, problems),
            scores=[
                (column.label, _field(f"candidates.{place}.scores.{index}", row.scores[place], problems))
                for place, column in enumerate(columns)
            ],
        )
        for index, row in enumerate(matrix.rows)
    ]
    return MatrixFields(
        rows=rows,
        columns=columns,
        texts={name: _field(name, text, problems) for name, text in matrix.texts.items()},
        ranks=ranking(
            [{"weight": row.weight} for row in matrix.rows],
            [
                {"name": column.label, "scores": [row.scores[place] for row in matrix.rows]}
                for place, column in enumerate(columns)
            ],
        ),
        errors={place: problems.get(place, "") for place in ("criteria", "candidates", "pick")},
        suggested=sheet["decision"]["candidates"],
        highest=HIGHEST,
        most_rows=MAX_CRITERIA,
        most_columns=MAX_CANDIDATES,
        longest_name=MAX_NAME,
        longest_title=MAX_TITLE,
        can_add_row=len(rows) < MAX_CRITERIA,
        can_add_column=len(columns) < MAX_CANDIDATES,
    )


def _field(place: str, value: Any, problems: Problems) -> Field:
    return Field(id=id_of(place), value="" if value is None else str(value), error=problems.get(place, ""))


@dataclass(frozen=True, slots=True)
class Mending:
    """A field that keeps the form from being accepted: its id, and what to do."""

    id: str
    text: str


def mendings(kind: str, sheet: Sheet, problems: Problems) -> list[Mending]:
    """The fields with problems in the order of the page."""
    if kind == "choice":
        names = [question["name"] for question in sheet["question"]]
        return [
            Mending(
                f"question-{number}",
                gettext("Question %(number)s: %(problems)s") % {"number": number, "problems": problems[name]},
            )
            for number, name in enumerate(names, start=1)
            if name in problems
        ]
    if kind == "scenario":
        fields = [
            (name, index)
            for index in range(sheet["scenario"]["entries"])
            for name in ("scenario", "choice", "reasons")
            if f"entries.{index}.{name}" in problems
        ]
        return [
            Mending(
                f"{name}-{index + 1}",
                gettext("Scenario %(index)s: %(problems)s")
                % {"index": index + 1, "problems": problems[f"entries.{index}.{name}"]},
            )
            for name, index in fields
        ]
    return [Mending(id_of(place), text) for place, text in problems.items() if place]


def id_of(place: str) -> str:
    """The id of the field for a place in the answers."""
    return place.replace(".", "-").replace("_", "-")
