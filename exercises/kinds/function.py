"""Kind function: a call of one of the learner's functions, and what it is expected to return or raise.

    call = { function = "rank", arguments = [{ Flask = { speed = 2 } }], keywords = { weights = { speed = 1 } } }
    expect = { value = ["Flask"] }              # the whole value; one of this and raises

    call = { function = "rank", arguments = [{}, { "${criterion}" = 1 }] }
    expect = { raises = "ValueError", message_contains = "${criterion}" }    # message_contains can be left out

`function` and `raises` may use parameters, but not random values. The file is imported once and not run as a script;
the calls follow each other in the same process, each with arguments of its own.

Types count: where the case says 1, neither true nor 1.0 will do; where it says 1.0, 1 will, as everywhere in Python. A
tuple counts as a list. Floats are compared exactly. An exception of a class that is derived from `raises` will do.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from django.utils.translation import gettext

from courses.hostile_text import clean, shortened
from exercises.case_files import CaseReader
from exercises.filling import as_text, fill, names_in
from exercises.json_values import SHOWN, NotJSON, difference, parse_json
from exercises.kinds.examining import SHOWN_BODY, Answer, Examined, Message, Miss
from exercises.python_errors import last_line

ASKS = "call"

ABSENT: Any = object()
SHOWN_NAME = 100
TYPES = {
    dict: "dict", list: "list", str: "str", bool: "bool", int: "int", float: "float", type(None): "None",
}  # fmt: skip
PROBLEMS = ("type", "key", "number", "too_deep", "too_large", "unreadable")  # of what cannot leave the sandbox


class CallTemplate(TypedDict):
    function: str
    arguments: list[Any]
    keywords: dict[str, Any]


class ExpectTemplate(TypedDict):
    value: NotRequired[Any]
    raises: NotRequired[str]
    message_contains: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call, with arguments that JSON knows."""

    function: str
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> dict[str, Any]:
        arguments = [repr(argument) for argument in self.arguments]
        arguments += [f"{name}={argument!r}" for name, argument in self.keywords.items()]
        return {"call": shortened(f"{self.function}({', '.join(arguments)})", SHOWN_BODY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    value: Any = ABSENT
    raises: str = ""  # the name of an exception's class; then there is no value
    message_contains: tuple[str, ...] = ()

    def examine(self, answer: Answer) -> Examined:
        """The body is what sandbox/harness/functions.py describes, or whatever the program has made of it."""
        try:
            found = parse_json(answer.body)
        except NotJSON:
            found = None
        match found:
            case {"value": value}:
                return Examined(_response(repr(value)), self._miss_of_value(value))
            case {"raised": {"names": [str(name), *_] as names, "message": str(message), "traceback": str(traceback)}}:
                miss = self._miss_of_exception(names, message)
                explains = miss is not None and miss.message["code"] != "message_lacks"
                raised = traceback.encode(errors="replace") if explains else b""
                return Examined(_response(last_line(name, message)), miss, raised)
            case {"unfit": {"problem": str(problem), "type": str(kind), "path": str(path)}} if problem in PROBLEMS:
                unfit: Message = {"code": "unfit_value", "problem": problem}
                unfit |= {"type": clean(kind, SHOWN_NAME), "path": clean(path, SHOWN)}
                return Examined(None, Miss(unfit, self._expected, ""))
            case {"missing": {"type": str(kind)}}:
                missing: Message = {"code": "no_function", "type": clean(kind, SHOWN_NAME)}
                return Examined(None, Miss(missing, self._expected, ""))
        return Examined(None, Miss({"code": "no_answer", "error": "malformed"}, self._expected, ""))

    @property
    def _expected(self) -> str:
        return self.raises or shortened(repr(self.value), SHOWN)

    def _miss_of_value(self, value: Any) -> Miss | None:
        actual = shortened(repr(value), SHOWN)
        if self.raises:
            return Miss({"code": "not_raised", "expected": self.raises, "actual": actual}, self.raises, actual)
        found = difference(self.value, value, exact_integers=True)
        if found is None:
            return None
        message = {
            "code": "value_differs",
            "path": clean(found.path, SHOWN),
            "difference": found.kind,
            "expected": "" if found.kind == "unexpected" else shortened(repr(found.expected), SHOWN),
            "actual": "" if found.kind == "missing" else shortened(repr(found.actual), SHOWN),
        }
        if found.kind == "type":
            message |= {"expected_type": TYPES[type(found.expected)], "actual_type": TYPES[type(found.actual)]}
        return Miss(message, self._expected, actual)

    def _miss_of_exception(self, names: Sequence[Any], message: str) -> Miss | None:
        name, said = clean(names[0], SHOWN_NAME), shortened(message, SHOWN)
        actual = last_line(name, said)
        raised: Message = {"exception": name, "message": said, "file": "", "line": None, "source": ""}
        if not self.raises:
            return Miss({"code": "exception"} | raised, self._expected, actual)
        if self.raises not in names:
            return Miss({"code": "wrong_exception", "expected": self.raises} | raised, self.raises, actual)
        for part in self.message_contains:
            if part not in message:
                return Miss({"code": "message_lacks", "expected": part, "actual": said}, part, said)
        return None


# Reading


def read_question(case: CaseReader, raw: Any) -> dict[str, Any] | None:
    """What a case calls, as a version stores it; None when something in it is wrong, which is noted then."""
    table = case.table(raw, "call", required=["function"], optional=["arguments", "keywords"])
    if table is None:
        return None
    call: dict[str, Any] = {"function": _name(case, table["function"], "call", "function")}
    call["arguments"] = table.get("arguments", [])
    if not isinstance(call["arguments"], list):
        case.problem(gettext("arguments must be an array"), "call", "arguments")
    call["keywords"] = table.get("keywords", {})
    if not isinstance(call["keywords"], dict):
        case.problem(gettext("keywords must be a table"), "call", "keywords")
        return None
    for name in call["keywords"]:
        if not _is_name(name):
            case.problem(gettext("%(name)r is not a name that Python knows") % {"name": name}, "call", "keywords", name)
    return call


def read_expectation(case: CaseReader, raw: Any, question: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a case expects of its call, as a version stores it; None when something in it is wrong."""
    table = case.table(raw, "expect", optional=["value", "raises", "message_contains"])
    if table is None:
        return None
    if ("value" in table) == ("raises" in table):
        case.problem(gettext("expect needs value or raises, one of the two"), "expect")
        return None
    if "value" in table:
        if "message_contains" in table:
            case.problem(gettext("message_contains goes with raises"), "expect", "message_contains")
        return {"value": table["value"]}
    expect: dict[str, Any] = {"raises": _name(case, table["raises"], "expect", "raises")}
    if "message_contains" in table:
        expect["message_contains"] = case.texts(table["message_contains"], "expect", "message_contains")
    return expect


def too_much(cases: Sequence[Mapping[str, Any]]) -> str:
    """Each call is one request: as many as there may be cases."""
    return ""


def _name(case: CaseReader, value: Any, *path: str) -> Any:
    if isinstance(value, str) and any(names_in(value)):
        case.problem(gettext("%(path)s must be the same for every run: no random values") % {"path": path[-1]}, *path)
    elif not _is_name(value):
        case.problem(gettext("%(path)s must be a name that Python knows") % {"path": path[-1]}, *path)
    return value


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isidentifier() and not keyword.iskeyword(value) and len(value) <= SHOWN_NAME


# With the values of a run


def question(template: CallTemplate, values: Mapping[str, Any]) -> Call:
    return Call(template["function"], tuple(fill(template["arguments"], values)), fill(template["keywords"], values))


def expectation(template: ExpectTemplate, values: Mapping[str, Any]) -> Expectation:
    return Expectation(
        value=fill(template["value"], values) if "value" in template else ABSENT,
        raises=template.get("raises", ""),
        message_contains=tuple(as_text(fill(part, values)) for part in template.get("message_contains", [])),
    )


# Showing


def _response(body: str) -> dict[str, Any]:
    shown = clean(body, SHOWN_BODY)
    return {"status": None, "headers": {}, "body": shown, "truncated": len(body) > SHOWN_BODY}
