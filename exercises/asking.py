"""What somebody who tries a program out asks of it: read from the API and from the form, stored with the trial.

Of the kind it is one of
    http         {"method": "POST", "path": "/items?sort=name", "headers": {"Accept": "text/html"}, "body": "…"};
                 headers are also read from a text, one a line
    script       {"arguments": ["3", "--verbose"], "input": "what stands on the standard input"}
    function     {"call": "rank({'Flask': 2}, limit=1)"}; "" runs the file as a program instead
    streamlit    {}: a look at the app
"""

from __future__ import annotations

import ast
import json
import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from exercises.errors import InvalidRequest
from exercises.files import problem_of, sentence_about
from exercises.kinds import Question
from exercises.kinds.function import Call
from exercises.kinds.http import HEADER_NAME, HEADER_VALUE, METHODS, REQUEST_PATH, RESERVED_HEADERS, Request
from exercises.kinds.script import Program
from exercises.kinds.streamlit import Interaction
from exercises.models import Trial

Kind = Trial.Kind

# Of the stored request, by kind, with what stands for a key that is left out.
KEYS: Mapping[str, Mapping[str, Any]] = {
    Kind.HTTP: {"method": "GET", "path": "/", "headers": {}, "body": ""},
    Kind.SCRIPT: {"arguments": [], "input": ""},
    Kind.FUNCTION: {"call": ""},
    Kind.STREAMLIT: {},
}
MAX_HEADERS = 30
MAX_HEADER_CHARACTERS = 2000
MAX_ARGUMENTS = 50
MAX_ARGUMENT_CHARACTERS = 4000  # of all together
MAX_CALL_CHARACTERS = 4000
SAFE_IN_PATH = "!$%&'()*+,./:;=?@_~-"  # of ASCII besides letters and digits: REQUEST_PATH takes them as they are
JSON_TYPES = (str, int, float, bool, type(None))
MAX_DEPTH = 20  # of the arguments of a call


class _Reader:
    """Collects what is wrong with a request; each method returns what it read."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.problems: dict[str, str] = {}

    def text(self, name: str, default: str = "") -> str:
        value = self.raw.get(name, default)
        if problem := problem_of(value):
            self.problems[name] = sentence_about(name, problem)
            return default
        return str(value)


def read_request(kind: str, raw: object) -> dict[str, Any]:
    """*raw*, as it came, in the form above. Raises InvalidRequest with everything that is wrong with it."""
    if not isinstance(raw, Mapping):
        raise InvalidRequest({"": _("The request must be an object.")})
    keys = KEYS[kind]
    reader = _Reader(raw)
    for name in raw:
        if name not in keys:
            known = ", ".join(keys) or _("nothing")
            reader.problems[ascii(str(name)[:80])] = _("A request here can have: {known}.").format(known=known)
    request = READERS[kind](reader)
    if reader.problems:
        raise InvalidRequest(reader.problems)
    return request


def _read_http(reader: _Reader) -> dict[str, Any]:
    method = reader.text("method", "GET").upper()
    if method not in METHODS:
        reader.problems["method"] = _("The method must be one of {methods}.").format(methods=", ".join(METHODS))
    path = as_path(reader.text("path", "/"))
    if not REQUEST_PATH.fullmatch(path):
        reader.problems["path"] = _("The path must start with / and have at most 2000 characters.")
    body = reader.text("body")
    headers = _read_headers(reader)
    if body and "content-type" not in map(str.lower, headers):
        headers["Content-Type"] = content_type_of(body)
    return {"method": method, "path": path, "headers": headers, "body": body}


def as_path(text: str) -> str:
    """What a browser makes of an address that somebody types: spaces and the like encoded, without the fragment."""
    return quote(text.strip().partition("#")[0], safe=SAFE_IN_PATH)


def content_type_of(body: str) -> str:
    """What a body probably is: JSON, or else the fields of a form, as curl takes it."""
    try:
        is_json = isinstance(json.loads(body), dict | list)
    except (ValueError, RecursionError):
        is_json = False
    return "application/json" if is_json else "application/x-www-form-urlencoded"


def _read_headers(reader: _Reader) -> dict[str, str]:
    headers = reader.raw.get("headers", {})
    if isinstance(headers, str):
        headers = _typed_headers(reader)
    if not isinstance(headers, Mapping):
        reader.problems["headers"] = _("The headers must be an object of texts.")
        return {}
    for name, value in headers.items():
        is_fit = HEADER_NAME.fullmatch(str(name)) and isinstance(value, str) and HEADER_VALUE.fullmatch(value)
        if not is_fit:
            reader.problems["headers"] = _("A header has a name and a text in ASCII, on one line.")
        elif name.lower() in RESERVED_HEADERS:
            reader.problems["headers"] = _("{name} is written by the sandbox.").format(name=name)
    if len(headers) > MAX_HEADERS or sum(map(len, map(str, headers.values()))) > MAX_HEADER_CHARACTERS:
        reader.problems["headers"] = _("There are too many headers, or they are too long.")
    return {} if "headers" in reader.problems else dict(headers)


def _typed_headers(reader: _Reader) -> dict[str, str]:
    """As one types them: lines such as Accept: text/html. Empty ones say nothing."""
    headers: dict[str, str] = {}
    for line in filter(str.strip, reader.text("headers").splitlines()):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            reader.problems["headers"] = _("Write each header on a line of its own, such as Accept: text/html.")
        elif name.lower() in map(str.lower, headers):
            reader.problems["headers"] = _("There are two headers of one name. Put both values into one, with a comma.")
        headers[name] = value
    return headers


def shown_headers(request: Mapping[str, Any]) -> str:
    """The headers of a request as one types them, by name; without a content type that its body gets by itself.

    PostgreSQL does not keep the order in which they were typed.
    """
    given = dict(request["headers"])
    if request["body"] and given.get("Content-Type") == content_type_of(request["body"]):
        del given["Content-Type"]
    return "\n".join(f"{name}: {value}" for name, value in sorted(given.items()))


def _read_script(reader: _Reader) -> dict[str, Any]:
    arguments: object = reader.raw.get("arguments", [])
    if isinstance(arguments, str):  # as one types them
        try:
            arguments = shlex.split(reader.text("arguments"))
        except ValueError:
            arguments = []
            reader.problems["arguments"] = _("A quote in the arguments is never closed.")
    is_list = isinstance(arguments, list) and not any(problem_of(argument) for argument in arguments)
    if not is_list:
        arguments = []
        reader.problems.setdefault("arguments", _("The arguments must be texts."))
    assert isinstance(arguments, list)  # noqa: S101 - as just made sure
    if len(arguments) > MAX_ARGUMENTS or sum(map(len, arguments)) > MAX_ARGUMENT_CHARACTERS:
        reader.problems["arguments"] = _("There are too many arguments, or they are too long.")
    return {"arguments": arguments, "input": reader.text("input")}


def _read_function(reader: _Reader) -> dict[str, Any]:
    call = reader.text("call").strip()
    if call:
        try:
            parse_call(call)
        except ValueError as error:
            reader.problems["call"] = str(error)
    return {"call": call}


READERS: Mapping[str, Callable[[_Reader], dict[str, Any]]] = {
    Kind.HTTP: _read_http,
    Kind.SCRIPT: _read_script,
    Kind.FUNCTION: _read_function,
    Kind.STREAMLIT: lambda reader: {},
}


def parse_call(text: str) -> Call:
    """A call as Python writes it, with arguments that JSON knows. ValueError says in a sentence what it is instead."""
    if len(text) > MAX_CALL_CHARACTERS:
        raise ValueError(_("The call is too long."))
    try:
        expression = ast.parse(text, mode="eval").body
        if not isinstance(expression, ast.Call) or not isinstance(expression.func, ast.Name):
            raise ValueError(_("Write one call of a function, such as rank([3, 1, 2], limit=2)."))
        arguments = [plain(ast.literal_eval(argument)) for argument in expression.args]
        keywords = {str(one.arg): plain(ast.literal_eval(one.value)) for one in expression.keywords if one.arg}
        if len(keywords) < len(expression.keywords):
            raise ValueError(_("Write one call of a function, such as rank([3, 1, 2], limit=2)."))
    except SyntaxError as error:
        raise ValueError(_("Python cannot read this call: {error}.").format(error=error.msg)) from error
    except (TypeError, MemoryError, RecursionError) as error:
        raise ValueError(_("Python cannot read this call.")) from error
    except ValueError as error:
        if "malformed node" not in str(error):
            raise
        raise ValueError(_("The arguments must be plain values: numbers, texts, lists, dictionaries.")) from error
    return Call(expression.func.id, tuple(arguments), keywords)


def plain(value: Any, depth: int = 0) -> Any:
    """*value* with tuples as lists. ValueError for what JSON does not know, or is nested too deeply."""
    if depth > MAX_DEPTH:
        raise ValueError(_("The arguments are nested too deeply."))
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    if type(value) in JSON_TYPES and not (isinstance(value, float) and math.isinf(value)):
        return value
    raise ValueError(_("The arguments must be plain values: numbers, texts, lists, dictionaries."))


# Stored requests


def question_of(kind: str, request: Mapping[str, Any]) -> Question:
    """What is asked, as the kinds of exercises know it; a Program where the file is just to be run."""
    if kind == Kind.HTTP:
        return Request(request["method"], request["path"], tuple(request["headers"].items()), request["body"].encode())
    if kind == Kind.STREAMLIT:
        return Interaction()
    if kind == Kind.FUNCTION and request["call"]:
        return parse_call(request["call"])
    return Program(tuple(request.get("arguments", ())), request.get("input", ""))


def in_short(kind: str, request: Mapping[str, Any]) -> str:
    """GET /items/2, or rank([3, 1]), or python main.py 3; "" where there is nothing to say."""
    if kind == Kind.HTTP:
        return f"{request['method']} {request['path']}"
    if kind == Kind.FUNCTION:
        return str(request["call"])
    arguments: Sequence[str] = request.get("arguments", ())
    return shlex.join(["python", "main.py", *arguments]) if arguments else ""


def request_asking(question: Question) -> dict[str, Any]:
    """The request that asks what a case of an exercise asks, to begin with."""
    match question:
        case Request():
            body = question.body.decode(errors="replace")
            return {
                "method": question.method, "path": question.path, "headers": dict(question.headers), "body": body,
            }  # fmt: skip
        case Call():
            return {"call": question.shown["call"]}
        case Program():
            return {"arguments": list(question.arguments), "input": question.input}
        case _:
            return {}
