"""Questions with options to pick from.

    [[question]]
    name = "first-criterion"        # names the question in the API; unique
    text = "What do you look at first?"
    multiple = false                # true: several options are right, and all of them must be picked

    [[question.option]]
    name = "requirements"           # unique in its question
    text = "What the project has to do"
    correct = true                  # false where it is left out
    why = "Everything else follows from it."

text and why are Markdown. The answers are {question: option}, or {question: [option, …]} where multiple is true.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from exercises.answers.contract import as_test
from exercises.answers.reading import Answers, Reading
from exercises.answers.sheets import Sheet, SheetDocument, first_words, is_one_paragraph, plain
from exercises.toml_lines import Path

MAX_QUESTIONS = 20
MIN_OPTIONS, MAX_OPTIONS = 2, 8

PREFIX = "question:"  # of the fields of the form, whose names no other field has


class Choice:
    reason = "wrong_answers"
    markdown = {"text": "html", "why": "why_html"}
    needs_solution = False

    def parse(self, text: str) -> Sheet:
        document = _ChoiceDocument(text)
        sheet = document.sheet()
        document.finish()
        return sheet

    def cases(self, sheet: Sheet) -> list[dict[str, Any]]:
        return [{"name": question["words"], "question": question["name"]} for question in sheet["question"]]

    def names(self, sheet: Sheet) -> list[str]:
        return []  # the questions

    def public(self, sheet: Sheet) -> dict[str, Any]:
        return {
            "questions": [
                {
                    "name": question["name"],
                    "text_html": question["html"],
                    "multiple": question["multiple"],
                    "options": [{"name": option["name"], "text_html": option["html"]} for option in question["option"]],
                }
                for question in sheet["question"]
            ]
        }

    def read(self, sheet: Sheet, answers: Any) -> Answers:
        reading = Reading()
        questions = {question["name"]: question for question in sheet["question"]}
        given = reading.table(answers, "", optional=questions)
        chosen = {name: _chosen(reading, question, given.get(name)) for name, question in questions.items()}
        reading.finish()
        return chosen

    def from_form(self, sheet: Sheet, form: QueryDict) -> Any:
        return {
            question["name"]: (form.getlist if question["multiple"] else form.get)(PREFIX + question["name"])
            for question in sheet["question"]
        }

    def judge(self, sheet: Sheet, answers: Answers) -> list[dict[str, Any]]:
        return [_judged(question, picked(answers[question["name"]])) for question in sheet["question"]]


def picked(answer: Any) -> list[str]:
    """The names of the options in one stored answer."""
    return answer if isinstance(answer, list) else [answer] if answer else []


def _chosen(reading: Reading, question: dict[str, Any], given: Any) -> Any:
    place, known = question["name"], [option["name"] for option in question["option"]]
    if question["multiple"]:
        if given is not None and not isinstance(given, list):
            reading.problem(place, gettext("This must be an array of names of options."))
        elif not given:
            reading.problem(place, gettext("Choose at least one answer."))
        elif not all(isinstance(name, str) and name in known for name in given):
            reading.problem(place, gettext("The options are %(known)s.") % {"known": ", ".join(known)})
        else:
            return [name for name in known if name in given]
    elif given is None or given == "":
        reading.problem(place, gettext("Choose an answer."))
    elif not isinstance(given, str) or given not in known:
        reading.problem(place, gettext("This must be one of %(known)s.") % {"known": ", ".join(known)})
    else:
        return given
    return None


def _judged(question: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    options = question["option"]
    wrong = [option for option in options if option["name"] in chosen and not option["correct"]]
    missed = [option for option in options if option["name"] not in chosen and option["correct"]]
    if not wrong and not missed:
        return as_test(question["words"])
    return as_test(
        question["words"],
        {"code": "options", "wrong": _words(wrong), "missed": _words(missed)},
        why=" ".join(option["why_words"] for option in wrong or missed),
        expected="; ".join(_words(option for option in options if option["correct"])),
        actual="; ".join(_words(option for option in options if option["name"] in chosen)),
    )


def _words(options: Iterable[dict[str, Any]]) -> list[str]:
    return [option["words"] for option in options]


class _ChoiceDocument(SheetDocument):
    def sheet(self) -> Sheet:
        """The questions and options, each text with its plain `words`."""
        self.table(self.values, (), "cases.toml", required=["question"])
        if "question" not in self.values:
            return {}
        listed = self.tables(self.values["question"], ("question",), "question", least=1, most=MAX_QUESTIONS)
        read = [(path, self._question(raw, path)) for path, raw in listed]
        questions = [(path, question) for path, question in read if question]
        self.different((((*path, "name"), question["name"]) for path, question in questions), "name")
        self.different((((*path, "text"), question["words"]) for path, question in questions), "text")
        return {"question": [question for _, question in questions]}

    def _question(self, raw: Any, path: Path) -> dict[str, Any] | None:
        table = self.table(raw, path, gettext("a question"), required=["name", "text", "option"], optional=["multiple"])
        if table is None:
            return None
        name = self.slug(table["name"], (*path, "name"))
        text = self.markdown(table["text"], (*path, "text"), "text")
        multiple = self.flag(table.get("multiple", False), (*path, "multiple"), "multiple")
        options = self._options(table["option"], path, multiple=bool(multiple))
        if not name or not text:
            return None
        return {"name": name, "text": text, "words": first_words(text), "multiple": multiple, "option": options}

    def _options(self, raw: Any, question: Path, *, multiple: bool) -> list[dict[str, Any]]:
        listed = self.tables(raw, (*question, "option"), "question.option", least=MIN_OPTIONS, most=MAX_OPTIONS)
        read = [(path, self._option(raw, path)) for path, raw in listed]
        options = [(path, option) for path, option in read if option]
        self.different((((*path, "name"), option["name"]) for path, option in options), "name")
        right = sum(option["correct"] for _, option in options)
        if listed and len(options) == len(listed) and (right == 0 or (right > 1 and not multiple)):
            self.problem(
                question,
                gettext("at least one option must be correct; none is")
                if multiple
                else gettext("exactly one option must be correct, or else multiple = true; correct are %(count)s")
                % {"count": right},
            )
        return [option for _, option in options]

    def _option(self, raw: Any, path: Path) -> dict[str, Any] | None:
        table = self.table(raw, path, gettext("an option"), required=["name", "text", "why"], optional=["correct"])
        if table is None:
            return None
        name = self.slug(table["name"], (*path, "name"))
        text = self.markdown(table["text"], (*path, "text"), "text")
        if text is not None and not is_one_paragraph(text):
            self.problem((*path, "text"), gettext("the text of an option is one paragraph"))
        why = self.markdown(table["why"], (*path, "why"), "why")
        correct = self.flag(table.get("correct", False), (*path, "correct"), "correct")
        if not name or not text or not why or correct is None:
            return None
        words = {"words": first_words(text), "why_words": plain(why)}
        return {"name": name, "text": text, "correct": correct, "why": why, **words}
