"""Kind http: a request, or a burst of them, and what is expected of the answer.

    request = { method = "POST", path = "/items", json = { name = "${item}", price = "${price}" } }
    [case.expect]
    status = 200                                # or an array of integers; each line of expect can be left out
    content_type = "application/json"           # media type only
    json = { name = "${item}", price_with_tax = "${with_tax}" }   # the whole value, types included
    text_contains = "…"                         # or an array of texts
    headers = { Allow = "GET" }                 # exact values
    component = { type = "Dropdown", id = "region", options = ["North"] }   # of a Dash layout; or an array
    figure = { at = "response.chart.figure", y = [120, 150], traces = 1 }   # of Plotly, in the JSON; x, y or both

    request = { path = "/report", clients = 20 }    # 20 at once, after one alone
    expect = { status = 200, at_least_ms = 190, within_ms = 1000 }  # each answer is compared; all of them in that time

`method`, `clients`, `content_type`, `status`, `at_least_ms` and `within_ms` may use parameters, but not random values.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict
from urllib.parse import quote

from django.utils.translation import gettext

from courses.hostile_text import clean, shortened
from exercises.case_files import CaseReader
from exercises.filling import REFERENCE, as_text, fill, names_in
from exercises.json_values import SHOWN, NotJSON, difference, parse_json, shown, type_name
from exercises.kinds.components import Component, difference_from
from exercises.kinds.examining import SHOWN_BODY, Answer, Examined, Message, Miss
from exercises.kinds.figures import AXES, decoded, drawn, traces_of

ASKS = "request"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# The sandbox writes these itself: they frame the request.
RESERVED_HEADERS = frozenset({"connection", "content-length", "host", "transfer-encoding"})
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[ -~]*")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
REQUEST_PATH = re.compile(r"/[!$%&'()*+,./0-9:;=?@A-Za-z_~-]{0,2000}")

# Of bursts, as the sandbox has them (a test compares the three).
MAX_CLIENTS = 50
ATTEMPTS = 3
MAX_CONNECTIONS = 1000
MAX_TRACES = 20
MAX_MS = 9000  # an answer that takes longer than ten seconds ends the run

SHOWN_HEADER = 200
KEPT_HEADERS = ("content-type", "location", "allow")  # beside those that the case expects

ABSENT: Any = object()  # no JSON value is expected; None would be null


class RequestTemplate(TypedDict):
    method: str
    path: str
    headers: dict[str, str]
    json: NotRequired[Any]
    body: NotRequired[str]
    clients: NotRequired[int]


class ExpectTemplate(TypedDict):
    status: list[int]  # [] is any
    content_type: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    json: NotRequired[Any]
    text_contains: NotRequired[list[str]]
    at_least_ms: NotRequired[int]
    within_ms: NotRequired[int]
    component: NotRequired[list[dict[str, Any]]]  # type, id, text and options, each where it counts
    figure: NotRequired[dict[str, Any]]  # at, x, y or both, and traces where they count


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to send. What to expect of its answer is kept apart: it must not go where this goes."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    clients: int = 1  # more: as many send it at once

    @property
    def shown(self) -> dict[str, Any]:
        sent: dict[str, Any] = {"method": self.method, "path": self.path}
        if self.headers:
            sent["headers"] = dict(self.headers)
        if self.body:
            sent["body"] = shortened(self.body, SHOWN_BODY)
        if self.clients > 1:
            sent["clients"] = self.clients
        return sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a Plotly figure in the JSON of an answer should draw."""

    at: str  # where it stands: names of members with dots between them
    axes: Mapping[str, list[Any]]  # values of all traces along x, y or both
    traces: int = 0  # 0 is any number


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    status: tuple[int, ...] = ()  # any of these; () is any status
    content_type: str = ""  # media type in lower case, without parameters; "" is any
    headers: Mapping[str, str] = field(default_factory=dict)  # exact values, "" for none; names in any case
    json: Any = ABSENT
    text_contains: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    figure: Figure | None = None
    at_least_ms: int = 0  # until the answer of a request is there; 0 is no time at all
    within_ms: int = 0  # until all answers of a burst are there; 0 is any time

    def examine(self, answer: Answer) -> Examined:
        """A burst is as good as the worst of its answers."""
        answers = answer.answers or (answer,)
        misses = ((one, miss) for one in answers if (miss := miss_of(self, one)) is not None)
        worst, miss = next(misses, (answers[0], None))
        if miss is None and answer.elapsed_ms < self.at_least_ms:
            miss = _too_fast(self.at_least_ms, math.floor(answer.elapsed_ms))
        if miss is None and self.within_ms and answer.elapsed_ms > self.within_ms:
            miss = _too_slow(len(answers), self.within_ms, math.ceil(answer.elapsed_ms))
        return Examined(_response(worst, self), miss, answer.stderr if worst.status == 500 else b"")


# Reading


def read_question(case: CaseReader, raw: Any) -> dict[str, Any] | None:
    """What a case sends, as a version stores it; None when something in it is wrong, which is noted then."""
    table = case.table(raw, "request", required=["path"], optional=["method", "headers", "json", "body", "clients"])
    if table is None:
        return None
    request: dict[str, Any] = {"method": table.get("method", "GET"), "path": table["path"]}
    if request["method"] not in METHODS:
        case.problem(
            gettext("method must be one of %(methods)s") % {"methods": ", ".join(METHODS)}, "request", "method"
        )
    if not isinstance(table["path"], str) or not REQUEST_PATH.fullmatch(REFERENCE.sub("x", table["path"])):
        case.problem(
            gettext("path must start with / and have other characters than those of addresses percent-encoded"),
            "request",
            "path",
        )
    request["headers"] = _headers(case, table.get("headers", {}), "request")
    for name in request["headers"]:
        if name.lower() in RESERVED_HEADERS:
            case.problem(gettext("%(name)s is written by the sandbox") % {"name": name}, "request", "headers", name)
    if "json" in table and "body" in table:
        case.problem(gettext("a request has json or body, not both"), "request", "body")
    if "json" in table:
        request["json"] = table["json"]
    if "body" in table:
        request["body"] = case.text(table["body"], "request", "body")
    if "clients" in table:
        request["clients"] = case.whole(table["clients"], 2, MAX_CLIENTS, "request", "clients")
    return request


def read_expectation(case: CaseReader, raw: Any, question: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a case that sends *question* expects, as a version stores it; None when something in it is wrong."""
    known = ["status", "content_type", "headers", "json", "text_contains", "component", "figure"]
    known += ["at_least_ms", "within_ms"]
    table = case.table(raw, "expect", optional=known)
    if table is None:
        return None
    if not table:
        case.problem(gettext("expect needs at least one of %(known)s") % {"known": ", ".join(known)}, "expect")
    statuses = table.get("status", [])
    statuses = statuses if isinstance(statuses, list) else [statuses]
    if not all(type(status) is int and 100 <= status <= 599 for status in statuses) or table.get("status") == []:
        case.problem(gettext("status must be a number from 100 to 599, or an array of them"), "expect", "status")
    expect: dict[str, Any] = {"status": statuses}
    if "content_type" in table:
        expect["content_type"] = table["content_type"]
        if not isinstance(table["content_type"], str) or not MEDIA_TYPE.fullmatch(table["content_type"]):
            case.problem(
                gettext("content_type must be a media type such as application/json"), "expect", "content_type"
            )
    if "headers" in table:
        expect["headers"] = _headers(case, table["headers"], "expect")
    if "json" in table:
        expect["json"] = table["json"]
    if "text_contains" in table:
        expect["text_contains"] = case.texts(table["text_contains"], "expect", "text_contains")
    if "component" in table:
        listed = table["component"]
        if isinstance(listed, list):
            expect["component"] = [_read_component(case, one, index) for index, one in enumerate(listed)]
        else:
            expect["component"] = [_read_component(case, listed)]
        if not expect["component"]:
            case.problem(gettext("component must be a table, or an array of them"), "expect", "component")
    if "figure" in table:
        expect["figure"] = _read_figure(case, table["figure"])
    if "at_least_ms" in table:
        expect["at_least_ms"] = case.whole(table["at_least_ms"], 1, MAX_MS, "expect", "at_least_ms")
    if "within_ms" in table:
        expect["within_ms"] = case.whole(table["within_ms"], 1, MAX_MS, "expect", "within_ms")
        if question is not None and "clients" not in question:
            case.problem(gettext("within_ms is for a request with clients"), "expect", "within_ms")
    return expect


def _read_component(case: CaseReader, raw: Any, *index: int) -> Any:
    path: tuple[str | int, ...] = ("expect", "component", *index)
    component = case.table(raw, *path, label="component", optional=["type", "id", "text", "options"])
    if component is None:
        return None
    if not component:
        case.problem(gettext("component needs at least one of %(known)s") % {"known": "type, id, text, options"}, *path)
    read: dict[str, Any] = {
        name: case.text(component[name], *path, name) for name in ("type", "id", "text") if name in component
    }
    if "options" in component:
        read["options"] = case.texts(component["options"], *path, "options")
    return read


def _read_figure(case: CaseReader, raw: Any) -> Any:
    figure = case.table(raw, "expect", "figure", required=["at"], optional=[*AXES, "traces"])
    if figure is None:
        return None
    if case.text(figure["at"], "expect", "figure", "at") and any(names_in(figure["at"])):
        case.problem(gettext("at must be the same for every run: no random values"), "expect", "figure", "at")
    axes = [axis for axis in AXES if axis in figure]
    if not axes:
        case.problem(gettext("figure needs x or y"), "expect", "figure")
    for axis in axes:
        if not isinstance(figure[axis], list):
            case.problem(gettext("%(axis)s must be an array") % {"axis": axis}, "expect", "figure", axis)
    if "traces" in figure:
        case.whole(figure["traces"], 1, MAX_TRACES, "expect", "figure", "traces")
    return figure


def too_much(cases: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the cases taken together; "" when nothing is."""
    needed = 0
    for case in cases:
        clients = case[ASKS].get("clients", 0)
        needed += 1 + clients * ATTEMPTS if clients else 1
    if needed <= MAX_CONNECTIONS:
        return ""
    return gettext(
        "the cases need %(needed)s connections, %(most)s at most: a request with clients takes one for each, "
        "%(attempts)s times, and one more"
    ) % {"needed": needed, "most": MAX_CONNECTIONS, "attempts": ATTEMPTS}


def _headers(case: CaseReader, raw: Any, owner: str) -> dict[str, str]:
    if not isinstance(raw, dict):
        case.problem(gettext("headers must be a table of texts"), owner, "headers")
        return {}
    for name, value in raw.items():
        if not HEADER_NAME.fullmatch(name):
            case.problem(gettext("%(name)r is not the name of a header") % {"name": name}, owner, "headers", name)
        texts = [value, *case.random_texts(value)] if isinstance(value, str) else [value]
        if not all(isinstance(text, str) and HEADER_VALUE.fullmatch(text) for text in texts):
            case.problem(
                gettext("%(name)s must be a text in ASCII, on one line") % {"name": name}, owner, "headers", name
            )
    return raw


# With the values of a run


def question(template: RequestTemplate, values: Mapping[str, Any]) -> Request:
    headers = {name: as_text(fill(value, values)) for name, value in template["headers"].items()}
    body = as_text(fill(template["body"], values)) if "body" in template else ""
    if "json" in template:
        body = json.dumps(fill(template["json"], values), ensure_ascii=False)
        if "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = "application/json"
    quoted = {name: quote(as_text(value), safe="") for name, value in values.items()}
    path = fill(template["path"], quoted)
    return Request(template["method"], path, tuple(headers.items()), body.encode(), template.get("clients", 1))


def expectation(template: ExpectTemplate, values: Mapping[str, Any]) -> Expectation:
    return Expectation(
        status=tuple(template["status"]),
        content_type=template.get("content_type", ""),
        headers={name: as_text(fill(value, values)) for name, value in template.get("headers", {}).items()},
        json=fill(template["json"], values) if "json" in template else ABSENT,
        text_contains=tuple(as_text(fill(part, values)) for part in template.get("text_contains", [])),
        components=tuple(_component(one, values) for one in template.get("component", [])),
        figure=_figure(template["figure"], values) if "figure" in template else None,
        at_least_ms=template.get("at_least_ms", 0),
        within_ms=template.get("within_ms", 0),
    )


def _component(template: Mapping[str, Any], values: Mapping[str, Any]) -> Component:
    texts = {name: as_text(fill(template[name], values)) for name in ("type", "id", "text") if name in template}
    options = tuple(as_text(fill(option, values)) for option in template.get("options", []))
    return Component(**texts, options=options)


def _figure(template: Mapping[str, Any], values: Mapping[str, Any]) -> Figure:
    at: str = fill(template["at"], {})
    axes = {axis: fill(template[axis], values) for axis in AXES if axis in template}
    return Figure(at=at, axes=axes, traces=template.get("traces", 0))


# Comparing


def miss_of(expected: Expectation, answer: Answer) -> Miss | None:
    """How *answer* differs from what is expected, the most telling difference first; None when it does not."""
    if expected.status and answer.status not in expected.status:
        return Miss(
            {"code": "status", "expected": list(expected.status), "actual": answer.status},
            " / ".join(map(str, expected.status)),
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
        if (found or "") != value:
            cleaned = None if found is None else shortened(found, SHOWN)
            message: Message = {"code": "header", "name": name, "expected": value, "actual": cleaned}
            return Miss(message, f"{name}: {value}", "" if cleaned is None else f"{name}: {cleaned}")
    if expected.json is not ABSENT and (miss := _json_miss(expected.json, answer)):
        return miss
    text = answer.body.decode(errors="replace")
    for part in expected.text_contains:
        if part not in text:
            return Miss({"code": "text_missing", "expected": part}, part, shortened(answer.body, SHOWN))
    for component in expected.components:
        if miss := _component_miss(component, answer):
            return miss
    return _figure_miss(expected.figure, answer) if expected.figure else None


def header(answer: Answer, name: str) -> str | None:
    """The value of a header, several joined as HTTP allows; None when the answer has none of that name."""
    values = [value.strip() for key, value in answer.headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def _json_miss(expected: Any, answer: Answer) -> Miss | None:
    whole = shortened(shown(expected), SHOWN)
    actual = _json_of(answer, whole)
    if isinstance(actual, Miss):
        return actual
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


def _json_of(answer: Answer, expected: str) -> Any:
    """The value that the body of *answer* is, or a Miss where it is none. *expected* is for a page."""
    if answer.truncated:
        return Miss({"code": "no_answer", "error": "too_large"}, expected, shortened(answer.body, SHOWN))
    try:
        return parse_json(answer.body)
    except NotJSON as error:
        where = {name: clean(value, SHOWN) if isinstance(value, str) else value for name, value in error.where.items()}
        return Miss({"code": "not_json", "problem": error.problem, **where}, expected, shortened(answer.body, SHOWN))


def _component_miss(expected: Component, answer: Answer) -> Miss | None:
    whole = shortened(expected.shown, SHOWN)
    layout = _json_of(answer, whole)
    if isinstance(layout, Miss):
        return layout
    message = difference_from(expected, layout)
    return None if message is None else Miss(message, whole, shortened(answer.body, SHOWN))


def _figure_miss(expected: Figure, answer: Answer) -> Miss | None:
    whole = "; ".join(f"{axis}: {shown(values)}" for axis, values in expected.axes.items())
    figure = _json_of(answer, shortened(whole, SHOWN))
    if isinstance(figure, Miss):
        return figure
    for name in expected.at.split("."):
        figure = figure.get(name) if isinstance(figure, dict) else None
    if not traces_of(figure):
        return Miss({"code": "no_figure", "path": expected.at}, shortened(whole, SHOWN), "")
    for axis, values in expected.axes.items():
        found = drawn(figure, axis)
        if difference(values, found):
            texts = [shortened(shown(one), SHOWN) for one in (values, found)]
            message: Message = {"code": "figure_differs", "axis": axis}
            message |= dict(zip(("expected", "actual"), texts, strict=True))
            return Miss(message, *texts)
    drawing = [trace for trace in traces_of(figure) if any(decoded(trace.get(axis)) for axis in AXES)]
    if expected.traces and len(drawing) != expected.traces:
        message = {"code": "figure_traces", "expected": expected.traces, "actual": len(drawing)}
        return Miss(message, str(expected.traces), str(len(drawing)))
    return None


def _too_slow(clients: int, limit_ms: int, elapsed_ms: int) -> Miss:
    message: Message = {"code": "too_slow", "clients": clients, "expected_ms": limit_ms, "actual_ms": elapsed_ms}
    return Miss(message, f"≤ {limit_ms} ms", f"{elapsed_ms} ms")


def _too_fast(limit_ms: int, elapsed_ms: int) -> Miss:
    message: Message = {"code": "too_fast", "expected_ms": limit_ms, "actual_ms": elapsed_ms}
    return Miss(message, f"≥ {limit_ms} ms", f"{elapsed_ms} ms")


def _response(answer: Answer, expectation: Expectation) -> dict[str, Any] | None:
    if answer.status is None:
        return None
    kept = dict.fromkeys((*KEPT_HEADERS, *map(str.lower, expectation.headers)))
    headers = {name: header(answer, name) for name in kept}
    return {
        "status": answer.status,
        "headers": {name: shortened(value, SHOWN_HEADER) for name, value in headers.items() if value is not None},
        "body": clean(answer.body, SHOWN_BODY),
        "truncated": answer.truncated or len(answer.body.decode(errors="replace")) > SHOWN_BODY,
    }
