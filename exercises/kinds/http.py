"""What a case expects of an answer, and how an answer misses it.

A miss is a code with parameters, ready to be stored; the codes are listed in exercises.judging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from exercises.hostile_text import clean, shortened
from exercises.json_values import SHOWN, NotJSON, difference, parse_json, shown, type_name

ABSENT: Any = object()  # no JSON value is expected; None would be null

Message = dict[str, Any]


class Answer(Protocol):
    """An HTTP response as the sandbox observed it; everything in it is hostile."""

    @property
    def status(self) -> int | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def truncated(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    status: tuple[int, ...] = ()  # any of these; () is any status
    content_type: str = ""  # media type in lower case, without parameters; "" is any
    headers: Mapping[str, str] = field(default_factory=dict)  # exact values; names in any case
    json: Any = ABSENT
    text_contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """The first thing about an answer that is not as expected. expected and actual are short texts for a page."""

    message: Message
    expected: str
    actual: str


def miss_of(expected: Expectation, answer: Answer) -> Miss | None:
    """How *answer* differs from what is expected, the most telling difference first; None when it does not."""
    if expected.status and answer.status not in expected.status:
        return Miss(
            {"code": "status", "expected": list(expected.status), "actual": answer.status},
            " or ".join(map(str, expected.status)),
            str(answer.status),
        )
    if expected.content_type:
        value = header(answer, "content-type") or ""
        actual = clean(value.partition(";")[0].strip().lower(), SHOWN)
        if actual != expected.content_type:
            return Miss(
                {"code": "content_type", "expected": expected.content_type, "actual": actual},
                expected.content_type,
                actual,
            )
    for name, value in expected.headers.items():
        found = header(answer, name)
        if found != value:
            cleaned = None if found is None else shortened(found, SHOWN)
            message: Message = {"code": "header", "name": name, "expected": value, "actual": cleaned}
            return Miss(message, f"{name}: {value}", "" if cleaned is None else f"{name}: {cleaned}")
    if expected.json is not ABSENT and (miss := _json_miss(expected.json, answer)):
        return miss
    text = answer.body.decode(errors="replace")
    for part in expected.text_contains:
        if part not in text:
            return Miss({"code": "text_missing", "expected": part}, part, shortened(answer.body, SHOWN))
    return None


def header(answer: Answer, name: str) -> str | None:
    """The value of a header, several joined as HTTP allows; None when the answer has none of that name."""
    values = [value.strip() for key, value in answer.headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def _json_miss(expected: Any, answer: Answer) -> Miss | None:
    whole = shortened(shown(expected), SHOWN)
    if answer.truncated:
        return Miss({"code": "no_answer", "error": "too_large"}, whole, shortened(answer.body, SHOWN))
    try:
        actual = parse_json(answer.body)
    except NotJSON as error:
        where = {name: clean(value, SHOWN) if isinstance(value, str) else value for name, value in error.where.items()}
        return Miss({"code": "not_json", "problem": error.problem, **where}, whole, shortened(answer.body, SHOWN))
    found = difference(expected, actual)
    if found is None:
        return None
    message = {
        "code": "json_differs",
        "path": clean(found.path, SHOWN),
        "difference": found.kind,
        "expected": "" if found.kind == "unexpected" else shortened(shown(found.expected), SHOWN),
        "actual": "" if found.kind == "missing" else shortened(shown(found.actual), SHOWN),
    }
    if found.kind == "type":
        message |= {"expected_type": type_name(found.expected), "actual_type": type_name(found.actual)}
    return Miss(message, whole, shortened(shown(actual), SHOWN))
