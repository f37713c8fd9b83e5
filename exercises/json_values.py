"""JSON of learners' programs: read defensively, compared with types."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 64
SHOWN = 200  # characters of a value in a message

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class NotJSON(Exception):
    """A body that is no JSON text. `problem` is one of the codes in exercises.judging; `where` its parameters."""

    def __init__(self, problem: str, **where: int | str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two JSON values differ. `kind`: value, type, missing, unexpected or length."""

    path: str  # items[0].name; "" is the whole value
    kind: str
    expected: Any
    actual: Any


def parse_json(body: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises NotJSON also for what Python's reader would let pass: a member named twice, NaN and Infinity, numbers too
    large for a float or with thousands of digits, and more than 64 levels, on which a later step could overflow.
    """
    if not body.strip():
        raise NotJSON("empty")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise NotJSON("encoding") from error
    if _depth(text) > MAX_DEPTH:
        raise NotJSON("too_deep")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise NotJSON("syntax", line=error.lineno, column=error.colno) from error


def difference(expected: Any, actual: Any, path: str = "", *, exact_integers: bool = False) -> Difference | None:
    """Where *actual* first differs from *expected*; None when they are the same JSON value.

    JSON has one type of number: 1 and 1.0 are the same, compared without rounding; with *exact_integers* an int that is
    expected must be an int, while a float may be one. true is not a number, and NaN, which no JSON text can hold, is
    equal to nothing. Members of an object have no order, elements of an array have.
    """
    is_float = exact_integers and isinstance(expected, int) and isinstance(actual, float)
    if type_name(expected) != type_name(actual) or is_float:
        return Difference(path, "type", expected, actual)
    if isinstance(expected, dict):
        for key, value in expected.items():
            if key not in actual:
                return Difference(_member(path, key), "missing", value, None)
            if found := difference(value, actual[key], _member(path, key), exact_integers=exact_integers):
                return found
        for key, value in actual.items():
            if key not in expected:
                return Difference(_member(path, key), "unexpected", None, value)
        return None
    if isinstance(expected, list):
        for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
            if found := difference(left, right, f"{path}[{index}]", exact_integers=exact_integers):
                return found
        return None if len(expected) == len(actual) else Difference(path, "length", expected, actual)
    return None if expected == actual else Difference(path, "value", expected, actual)


def type_name(value: Any) -> str:
    """The JSON type of *value*."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def shown(value: Any) -> str:
    """*value* as a JSON text for a message; the caller cleans and cuts it."""
    return json.dumps(value, ensure_ascii=False)


def _member(path: str, key: str) -> str:
    if KEY.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{json.dumps(key[:SHOWN], ensure_ascii=False)}]"


def _depth(text: str) -> int:
    """How deep brackets are nested in *text*, at least: quotation marks are minded, errors are not."""
    deepest = depth = 0
    # The closing quotation mark is optional, so that a string without one is read once and not from each of its marks.
    for match in re.finditer(r'"(?:\\.|[^"\\])*"?|[][{}]', text, re.DOTALL):
        mark = match.group()
        if mark in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif mark in ("]", "}"):
            depth -= 1
    return deepest


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise NotJSON("duplicate_key", key=key)
        members[key] = value
    return members


def _refuse(constant: str) -> None:
    raise NotJSON("number")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJSON("number")
    return number


def _integer(text: str) -> int:
    if len(text) > 400:  # beyond every float; Python itself refuses only above 4300 digits
        raise NotJSON("number")
    return int(text)
