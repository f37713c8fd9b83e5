"""Kind script: a run of the learner's program, and what it is expected to print.

    run = { arguments = ["${word}"], input = "3\\n4\\n" }      # both can be left out
    [case.expect]
    stdout = "7\\n"                 # all of it, but for white space at the ends of lines and at the end
    stdout_contains = "7"           # or an array of texts
    exit_code = 0                   # not compared if it is not given

`exit_code` may use parameters, but not random values. Each case runs the program anew, in a work folder of its own; all
of them share the limits of the exercise.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NotRequired, TypedDict

from django.utils.translation import gettext

from courses.hostile_text import clean, shortened
from exercises.case_files import CaseReader
from exercises.filling import as_text, fill
from exercises.json_values import SHOWN
from exercises.kinds.examining import SHOWN_BODY, Answer, Examined, Message, Miss

ASKS = "run"

MAX_CASES = 20
MAX_ARGUMENTS = 50
COMMAND = ("python", "main.py")


class RunTemplate(TypedDict):
    arguments: NotRequired[list[str]]
    input: NotRequired[str]


class ExpectTemplate(TypedDict):
    stdout: NotRequired[str]
    stdout_contains: NotRequired[list[str]]
    exit_code: NotRequired[int]


@dataclass(frozen=True, slots=True)
class Program:
    """One run of the program."""

    arguments: tuple[str, ...] = ()
    input: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        command = {"run": shortened(shlex.join([*COMMAND, *self.arguments]), SHOWN_BODY)}
        return command | {"input": shortened(self.input, SHOWN_BODY)} if self.input else command


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    stdout: str | None = None  # None is anything
    stdout_contains: tuple[str, ...] = ()
    exit_code: int | None = None

    def examine(self, answer: Answer) -> Examined:
        """Of an answer the body is what was printed and the status the exit code."""
        printed = answer.body.decode(errors="replace")
        response: dict[str, Any] = {"status": answer.status, "headers": {}, "body": clean(printed, SHOWN_BODY)}
        response["truncated"] = len(printed) > SHOWN_BODY
        return Examined(response, self._miss_of(printed, answer.status), answer.stderr if answer.status else b"")

    def _miss_of(self, printed: str, exit_code: int | None) -> Miss | None:
        if self.stdout is not None and (miss := _miss_of_lines(_lines(self.stdout), _lines(printed))):
            return miss
        for part in self.stdout_contains:
            if part not in printed:
                return Miss({"code": "output_lacks", "expected": part}, part, shortened(printed, SHOWN))
        if self.exit_code not in (None, exit_code):
            message: Message = {"code": "exit_code", "expected": self.exit_code, "actual": exit_code}
            return Miss(message, str(self.exit_code), str(exit_code))
        return None


def _lines(text: str) -> list[str]:
    """What counts of an output."""
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _miss_of_lines(expected: Sequence[str], actual: Sequence[str]) -> Miss | None:
    for number, (wanted, found) in enumerate(zip_longest(expected, actual), 1):
        if wanted != found:
            lines = {"expected": wanted, "actual": found}  # None where there is no such line
            cut = {name: None if line is None else shortened(line, SHOWN) for name, line in lines.items()}
            message: Message = {"code": "output_differs", "line": number} | cut
            return Miss(message, *(shortened("\n".join(text), SHOWN) for text in (expected, actual)))
    return None


# Reading


def read_question(case: CaseReader, raw: Any) -> dict[str, Any] | None:
    """What a case runs, as a version stores it; None when something in it is wrong, which is noted then."""
    table = case.table(raw, "run", optional=["arguments", "input"])
    if table is None:
        return None
    if "arguments" in table:
        arguments = table["arguments"]
        if not isinstance(arguments, list) or len(arguments) > MAX_ARGUMENTS or not all(map(_is_text, arguments)):
            case.problem(
                gettext("arguments must be an array of texts, %(most)s at most") % {"most": MAX_ARGUMENTS},
                "run",
                "arguments",
            )
    if "input" in table and not _is_text(table["input"]):
        case.problem(gettext("input must be a text in quotes"), "run", "input")
    return table


def read_expectation(case: CaseReader, raw: Any, question: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a case expects of its run, as a version stores it; None when something in it is wrong."""
    table = case.table(raw, "expect", optional=["stdout", "stdout_contains", "exit_code"])
    if table is None:
        return None
    if not table:
        case.problem(gettext("expect needs at least one of stdout, stdout_contains, exit_code"), "expect")
    expect: dict[str, Any] = {}
    if "stdout" in table:
        expect["stdout"] = table["stdout"]
        if not _is_text(table["stdout"]):
            case.problem(gettext("stdout must be a text in quotes"), "expect", "stdout")
    if "stdout_contains" in table:
        expect["stdout_contains"] = case.texts(table["stdout_contains"], "expect", "stdout_contains")
    if "exit_code" in table:
        expect["exit_code"] = case.whole(table["exit_code"], 0, 255, "expect", "exit_code")
    return expect


def too_much(cases: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the cases taken together; "" when nothing is."""
    return (
        gettext("%(most)s cases at most, because each runs the program anew") % {"most": MAX_CASES}
        if len(cases) > MAX_CASES
        else ""
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


# With the values of a run


def question(template: RunTemplate, values: Mapping[str, Any]) -> Program:
    return Program(
        arguments=tuple(as_text(fill(argument, values)) for argument in template.get("arguments", [])),
        input=as_text(fill(template.get("input", ""), values)),
    )


def expectation(template: ExpectTemplate, values: Mapping[str, Any]) -> Expectation:
    return Expectation(
        stdout=as_text(fill(template["stdout"], values)) if "stdout" in template else None,
        stdout_contains=tuple(as_text(fill(part, values)) for part in template.get("stdout_contains", [])),
        exit_code=template.get("exit_code"),
    )
