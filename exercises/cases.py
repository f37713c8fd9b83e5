"""The cases of an exercise: cases.toml in, what to ask and what to expect out.

    [params]                       # families only: what each member fills in, with a description
    framework = "name of the framework as it is written in the answer"

    [random]                       # fresh for each attempt, from the run's seed; see exercises.random_values
    item = { kind = "word" }
    price = { kind = "decimal", min = 0.1, max = 99.9, step = 0.1 }

    [computed]                     # decimal arithmetic with the numbers above: add or multiply, then round to places
    with_tax = { multiply = ["${price}", 1.1], round = 2 }

    [[case]]
    name = "POST /items adds the tax"           # a sentence about the result; unique
    why = "The price with tax is …"             # shown when the case fails
    request = { method = "POST", path = "/items", json = { name = "${item}", price = "${price}" } }
    [case.expect]
    status = 200                                # or an array of integers; each line of expect can be left out
    content_type = "application/json"           # media type only
    json = { name = "${item}", price_with_tax = "${with_tax}" }   # the whole value, types included
    text_contains = "…"                         # or an array of texts
    headers = { Allow = "GET" }                 # exact values

${name} in a string is replaced by the value; a string that is nothing else takes the value's type; $$ is a dollar sign.
`name`, `why`, `method`, `content_type` and `status` may use parameters, but not random values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import quote

from exercises.case_files import CasesDocument
from exercises.expectations import ABSENT, Expectation
from exercises.filling import as_text, fill
from exercises.random_values import compute, draw
from exercises.toml_documents import Problem, TomlError

__all__ = ["Case", "CasesError", "Problem", "Request", "declared_params", "expected", "parse", "requests"]


class CasesError(TomlError):
    """A cases.toml that cannot be used."""


class RequestTemplate(TypedDict):
    method: str
    path: str
    headers: dict[str, str]
    json: NotRequired[Any]
    body: NotRequired[str]


class ExpectTemplate(TypedDict):
    status: list[int]  # [] is any
    content_type: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    json: NotRequired[Any]
    text_contains: NotRequired[list[str]]


class Case(TypedDict):
    """One case as a version stores it: parameters filled in, random values still to be drawn.

    The strings of request and expect hold ${name} and $$; name and why are finished texts.
    """

    name: str
    why: str
    request: RequestTemplate
    expect: ExpectTemplate
    random: dict[str, dict[str, Any]]  # specifications of the values that this case needs, by name
    computed: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to send. What to expect of its answer is kept apart: it must not go where this goes."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def parse(text: str, params: Mapping[str, Any] | None = None) -> list[Case]:
    """The cases of a cases.toml, with *params* filled in.

    Raises CasesError with every problem found and its line.
    """
    params = params or {}
    try:
        document = CasesDocument(text)
        document.check_params(params)
        return cast(list[Case], document.cases(params))
    except TomlError as error:
        raise CasesError(error.problems) from error


def declared_params(text: str) -> dict[str, str]:
    """What a family's cases.toml asks its members for: {name: description}. Raises CasesError."""
    try:
        document = CasesDocument(text)
        params = document.params()
        document.finish()
    except TomlError as error:
        raise CasesError(error.problems) from error
    return params


def requests(cases: Sequence[Case], seed: int) -> list[Request]:
    """What a run with *seed* asks, one request a case."""
    return [_request(case, _values(case, seed)) for case in cases]


def expected(cases: Sequence[Case], seed: int) -> list[Expectation]:
    """What a run with *seed* expects of the answers, in the same order."""
    return [_expectation(case["expect"], _values(case, seed)) for case in cases]


def _values(case: Case, seed: int) -> dict[str, Any]:
    values = {name: draw(seed, name, spec) for name, spec in case["random"].items()}
    computed = {
        name: compute(spec["operation"], fill(spec["operands"], values), spec["round"])
        for name, spec in case["computed"].items()
    }
    return values | computed


def _request(case: Case, values: Mapping[str, Any]) -> Request:
    template = case["request"]
    headers = {name: as_text(fill(value, values)) for name, value in template["headers"].items()}
    body = as_text(fill(template["body"], values)) if "body" in template else ""
    if "json" in template:
        body = json.dumps(fill(template["json"], values), ensure_ascii=False)
        if "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = "application/json"
    quoted = {name: quote(as_text(value), safe="") for name, value in values.items()}
    return Request(template["method"], fill(template["path"], quoted), tuple(headers.items()), body.encode())


def _expectation(template: ExpectTemplate, values: Mapping[str, Any]) -> Expectation:
    return Expectation(
        status=tuple(template["status"]),
        content_type=template.get("content_type", ""),
        headers={name: as_text(fill(value, values)) for name, value in template.get("headers", {}).items()},
        json=fill(template["json"], values) if "json" in template else ABSENT,
        text_contains=tuple(as_text(fill(part, values)) for part in template.get("text_contains", [])),
    )
