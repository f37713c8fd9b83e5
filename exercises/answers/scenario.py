"""Scenarios of the learner's own, with one choice from a list and its reasons each.

    [scenario]
    entries = 3                                 # how many; 3 where left out
    choice_label = "Framework"                  # what is chosen; "Choice" where left out
    choices = ["Flask", "Django", "FastAPI"]

    [[scenario.criterion]]                      # reasons must name one of them at least
    name = "Team familiarity"
    words = ["team", "learning curve"]          # beginnings of words or phrases that name it, in any capitals

    [[scenario.rubric]]                         # what learners assess themselves by, after a complete answer
    name = "workload"                           # unique
    text = "The reasons speak of this scenario's own workload."

    [[scenario.model]]                          # answers to compare with, shown at the same time
    scenario = "…"
    choice = "FastAPI"
    reasons = "…"

text, and scenario and reasons of a model, are Markdown. The answers are
{"entries": [{"scenario": "…", "choice": "Flask", "reasons": "…"}, …]}. An entry with gaps is judged, and fails.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from typing import Any

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext, ngettext

from exercises.answers.contract import as_test
from exercises.answers.reading import Answers, Reading, inside
from exercises.answers.sheets import Sheet, SheetDocument, plain
from exercises.toml_lines import Path

ENTRIES, MAX_ENTRIES = 3, 10
CHOICE_LABEL = "Choice"
MAX_CHOICES = 30
MAX_CRITERIA, MAX_WORDS = 20, 40
MAX_RUBRIC, MAX_MODELS = 12, 10
MAX_TEXT = 3000  # characters of a scenario or its reasons

FIELDS = ("scenario", "choice", "reasons")


class Scenario:
    reason = "incomplete"
    markdown = {"text": "html", "scenario": "scenario_html", "reasons": "reasons_html"}
    needs_solution = False

    def parse(self, text: str) -> Sheet:
        document = _ScenarioDocument(text)
        sheet = document.sheet()
        document.finish()
        return sheet

    def cases(self, sheet: Sheet) -> list[dict[str, Any]]:
        with translation.override(None):  # stored: the same, whoever saves
            return [{"name": name} for name in self.names(sheet)]

    def names(self, sheet: Sheet) -> list[str]:
        entries = sheet["scenario"]["entries"]
        label = sheet["scenario"]["choice_label"].lower()
        each = [
            name % {"number": number, "label": label}
            for number in range(1, entries + 1)
            for name in (
                gettext("Scenario %(number)s has a text, a %(label)s and reasons"),
                gettext("The reasons for scenario %(number)s name a selection criterion"),
            )
        ]
        return [*each, *([gettext("The scenarios differ from each other")] if entries > 1 else [])]

    def public(self, sheet: Sheet) -> dict[str, Any]:
        scenario = sheet["scenario"]
        return {
            "scenario": {
                "entries": scenario["entries"],
                "choice_label": scenario["choice_label"],
                "choices": scenario["choices"],
                "criteria": [criterion["name"] for criterion in scenario["criterion"]],
            }
        }

    def read(self, sheet: Sheet, answers: Any) -> Answers:
        reading = Reading()
        count, choices = sheet["scenario"]["entries"], sheet["scenario"]["choices"]
        given = reading.table(answers, "", required=["entries"]).get("entries", [])
        listed = reading.array(given, "entries", most=count)
        if len(listed) < count:
            reading.problem(
                "entries",
                ngettext("There must be %(count)s entry.", "There must be %(count)s entries.", count)
                % {"count": count},
            )
        entries = [_entry(reading, raw, inside("entries", index), choices) for index, raw in enumerate(listed)]
        reading.finish()
        return {"entries": entries}

    def from_form(self, sheet: Sheet, form: QueryDict) -> Any:
        columns = {name: form.getlist(name) for name in FIELDS}
        return {
            "entries": [
                {name: values[index] if index < len(values) else "" for name, values in columns.items()}
                for index in range(sheet["scenario"]["entries"])
            ]
        }

    def judge(self, sheet: Sheet, answers: Answers) -> list[dict[str, Any]]:
        scenario, entries = sheet["scenario"], answers["entries"]
        messages = []
        for entry in entries:
            gaps = [name for name in FIELDS if not entry[name]]
            messages.append({"code": "gaps", "gaps": gaps, "label": scenario["choice_label"]} if gaps else None)
            messages.append(_criterion_missing(entry["reasons"], scenario["criterion"]))
        if len(entries) > 1:
            messages.append(_alike(entries))
        names = [case["name"] for case in self.cases(sheet)]
        return [as_test(name, message) for name, message in zip(names, messages, strict=True)]


def _entry(reading: Reading, raw: Any, place: str, choices: list[str]) -> dict[str, str]:
    table = reading.table(raw, place, required=FIELDS)
    texts = {
        name: reading.text(table.get(name, ""), inside(place, name), longest=MAX_TEXT)
        for name in ("scenario", "reasons")
    }
    choice = table.get("choice", "")
    if choice not in ("", *choices):
        reading.problem(
            inside(place, "choice"), gettext("This must be one of %(choices)s.") % {"choices": ", ".join(choices)}
        )
    return texts | {"choice": choice}


def _criterion_missing(reasons: str, criteria: list[dict[str, Any]]) -> dict[str, Any] | None:
    names = [criterion["name"] for criterion in criteria]
    if not reasons:
        return {"code": "no_reasons_yet"}
    return None if criteria_named(reasons, criteria) else {"code": "no_criterion", "criteria": names}


def criteria_named(reasons: str, criteria: list[dict[str, Any]]) -> list[str]:
    """The names of the criteria that *reasons* speak of."""
    text = _words(reasons)
    return [
        criterion["name"]
        for criterion in criteria
        if any(_words(word) in text for word in [criterion["name"], *criterion["words"]])
    ]


def _words(text: str) -> str:
    """The words of *text* in small letters with one space before each, so that a beginning of a word can be found."""
    return " " + " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _alike(entries: list[dict[str, str]]) -> dict[str, Any] | None:
    texts = [_words(entry["scenario"]) for entry in entries]
    pairs = [[first + 1, second + 1] for first, second in combinations(range(len(texts)), 2)
             if texts[first] == texts[second] and texts[first].strip()]  # fmt: skip
    if pairs:
        return {"code": "alike", "pairs": pairs}
    return None if all(text.strip() for text in texts) else {"code": "no_scenarios_yet"}


class _ScenarioDocument(SheetDocument):
    def sheet(self) -> Sheet:
        self.table(self.values, (), "cases.toml", required=["scenario"])
        if "scenario" not in self.values:
            return {}
        required = ["choices", "criterion", "rubric", "model"]
        place: Path = ("scenario",)
        table = self.table(
            self.values["scenario"], place, "[scenario]", required=required, optional=["entries", "choice_label"]
        )
        if table is None:
            return {}
        label = self.line_of_text(table.get("choice_label", CHOICE_LABEL), (*place, "choice_label"), "choice_label")
        choices = self.lines_of_text(table["choices"], (*place, "choices"), "choices", least=2, most=MAX_CHOICES)
        criteria = [
            (path, criterion)
            for path, raw in self._tables(table, "criterion", least=1, most=MAX_CRITERIA)
            if (criterion := self._criterion(raw, path))
        ]
        rubric = [
            (path, item)
            for path, raw in self._tables(table, "rubric", least=1, most=MAX_RUBRIC)
            if (item := self._item(raw, path))
        ]
        for listed in (criteria, rubric):
            self.different((((*path, "name"), row["name"]) for path, row in listed), "name")
        known = [criterion for _, criterion in criteria]
        models = [
            self._model(raw, path, choices, known)
            for path, raw in self._tables(table, "model", least=1, most=MAX_MODELS)
        ]
        return {
            "scenario": {
                "entries": self.number(
                    table.get("entries", ENTRIES), (*place, "entries"), "entries", least=1, most=MAX_ENTRIES
                ),
                "choice_label": label,
                "choices": choices,
                "criterion": known,
                "rubric": [item for _, item in rubric],
                "model": models,
            }
        }

    def _tables(self, table: dict[str, Any], key: str, *, least: int, most: int) -> list[tuple[Path, Any]]:
        return self.tables(table[key], ("scenario", key), f"scenario.{key}", least=least, most=most)

    def _criterion(self, raw: Any, path: Path) -> dict[str, Any] | None:
        table = self.table(raw, path, gettext("a criterion"), required=["name", "words"])
        if table is None:
            return None
        name = self.line_of_text(table["name"], (*path, "name"), "name")
        words = self.lines_of_text(table["words"], (*path, "words"), "words", most=MAX_WORDS)
        for index, word in enumerate(words):
            if not _words(word).strip():
                self.problem((*path, "words", index), gettext("words must have a letter or a digit in each"))
        return {"name": name, "words": words} if name else None

    def _item(self, raw: Any, path: Path) -> dict[str, Any] | None:
        table = self.table(raw, path, gettext("an item of the rubric"), required=["name", "text"])
        if table is None:
            return None
        name = self.slug(table["name"], (*path, "name"))
        text = self.markdown(table["text"], (*path, "text"), "text")
        return {"name": name, "text": text} if name and text else None

    def _model(self, raw: Any, path: Path, choices: list[str], criteria: list[dict[str, Any]]) -> dict[str, Any] | None:
        table = self.table(raw, path, gettext("a model"), required=FIELDS)
        if table is None:
            return None
        texts = {name: self.markdown(table[name], (*path, name), name) for name in ("scenario", "reasons")}
        if table["choice"] not in choices:
            self.problem(
                (*path, "choice"), gettext("choice must be one of %(choices)s") % {"choices": ", ".join(choices)}
            )
        if texts["reasons"] and criteria and not criteria_named(plain(texts["reasons"]), criteria):
            self.problem((*path, "reasons"), gettext("reasons must name a criterion, as those of learners must"))
        return texts | {"choice": table["choice"]}
