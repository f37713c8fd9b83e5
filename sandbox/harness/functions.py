"""Calls the learner's functions, one call for each request, and answers with what came of it as JSON.

POST / with {"function", "arguments", "keywords"} is answered with one of these:

{"value": …}      what was returned; tuples have become arrays
{"unfit": {"problem", "type", "path"}}    it is nothing that JSON knows. problem: type, key (of a dictionary, that is no
                  text), number (NaN, infinite, or with hundreds of digits), too_deep, too_large, or unreadable; type is
                  of what is at path, [0].name
{"raised": {"names", "message", "traceback"}}    names of the exception's class and those that it is derived from
{"missing": {"type"}}    the module has no function of that name; type is what it has instead, "" nothing

All of it happens in the learner's own process, so he can answer what he likes. That gains nothing: he could as well
return it. The next call is sent when this one is answered.
"""

import socket
import sys
import traceback
import types
from contextlib import suppress
from json import dumps, loads
from typing import Any, NoReturn

from . import loading
from .diagnosis import Diagnosis
from .serving import Listener

MAX_DEPTH = 32
MAX_PARTS = 10_000  # values in the returned one, each of them counted wherever it appears
MAX_DIGITS_BITS = 1300  # 391 digits
MAX_ANSWER = 60 * 1024  # bytes; the judge keeps 64 KiB
MAX_MESSAGE = 2000
MAX_TRACEBACK = 8000
MAX_NAMES = 20
MAX_REQUEST_LINES = 100

INTERNAL_ERROR = "500 Internal Server Error"


class Unfit(Exception):
    """A value that cannot be sent."""

    def __init__(self, problem: str, value: Any, path: str) -> None:
        super().__init__(problem)
        self.answer = {"unfit": {"problem": problem, "type": type_name(value), "path": path}}


def serve(names: dict[str, Any], diagnosis: Diagnosis) -> NoReturn:
    """Answer calls for ever, in the main thread and one after the other. *names* are those of the learner's module."""
    try:
        listener = Listener(diagnosis)
        listener.settimeout(None)  # the program may have set another for all sockets
        listener.listen()
    except OSError as error:  # the program is there first
        diagnosis.failed("exited", message=str(error), exit_code=1)
        loading.end(1)
    while True:
        connection, _ = listener.accept()
        with suppress(OSError, ValueError), connection:
            connection.settimeout(None)
            status, body = answer_to(read_request(connection), names)
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)


def read_request(connection: socket.socket) -> dict[str, Any]:
    """What is asked. OSError or ValueError where that is none of the judge's requests."""
    length = 0
    with connection.makefile("rb") as stream:
        for _ in range(MAX_REQUEST_LINES):
            line = stream.readline(65536).strip()
            if not line:
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        request = loads(stream.read(length))
    if not isinstance(request, dict):
        raise ValueError("not a call")
    return request


def answer_to(request: dict[str, Any], names: dict[str, Any]) -> tuple[str, bytes]:
    """The status line's end and the body. Makes the call."""
    status, answer = "200 OK", called(names, request)
    try:
        raised = answer["raised"]["names"]
    except KeyError:
        pass
    else:
        if "MemoryError" in raised:  # the judge knows a refused allocation by what servers do with one
            status = INTERNAL_ERROR
            print(answer["raised"]["traceback"], file=sys.__stderr__)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    body = dumps(answer).encode()
    if len(body) > MAX_ANSWER:
        body = dumps(Unfit("too_large", answer.get("value"), "").answer).encode()
    return status, body


def called(names: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    function = names.get(request["function"])
    if not callable(function):
        return {"missing": {"type": "" if function is None else type_name(function)}}
    try:
        value = function(*request["arguments"], **request["keywords"])
    except BaseException as error:
        return {"raised": raised(error)}
    try:
        return {"value": Reader().plain(value, "", 0)}
    except Unfit as error:
        if type(value) is types.CoroutineType:
            value.close()  # or there would be a warning that names this file
        return error.answer
    except BaseException:  # of a value that does not let itself be read, or changes meanwhile
        return Unfit("unreadable", value, "").answer


class Reader:
    """Makes one value of plain types, which a JSON text can hold.

    It asks the built-in types, not the value: what a subclass says of itself does not matter.
    """

    def __init__(self) -> None:
        self.parts = 0

    def plain(self, value: Any, path: str, depth: int) -> Any:
        """*value*, which is at *path* of the whole. Raises Unfit."""
        kind = type(value)
        self.parts += 1
        if depth > MAX_DEPTH:
            raise Unfit("too_deep", value, path)
        if self.parts > MAX_PARTS:
            raise Unfit("too_large", value, path)
        if value is None or kind is bool:
            return value
        if issubclass(kind, str):
            return self.text(value, path)
        if issubclass(kind, int):
            if int.bit_length(value) > MAX_DIGITS_BITS:
                raise Unfit("number", value, path)
            return int.__index__(value)
        if issubclass(kind, float):
            number = float.__float__(value)
            if number != number or number in (float("inf"), float("-inf")):
                raise Unfit("number", value, path)
            return number
        if issubclass(kind, list | tuple):
            base: Any = list if issubclass(kind, list) else tuple
            return [self.plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(base.__iter__(value))]
        if issubclass(kind, dict):
            return dict(self.pair(key, item, path, depth) for key, item in list(dict.items(value)))
        raise Unfit("type", value, path)

    def pair(self, key: Any, item: Any, path: str, depth: int) -> tuple[str, Any]:
        if not issubclass(type(key), str):
            raise Unfit("key", key, path)
        name = self.text(key, path)
        return name, self.plain(item, f"{path}.{name[:100]}" if path else name[:100], depth + 1)

    def text(self, value: str, path: str) -> str:
        if str.__len__(value) > MAX_ANSWER:
            raise Unfit("too_large", value, path)
        return str.__str__(value)


def type_name(value: Any) -> str:
    """How the type of *value* is called, as far as it lets itself be asked."""
    try:
        return str.__getitem__(type(value).__name__, slice(100))
    except BaseException:
        return "object"


def raised(error: BaseException) -> dict[str, Any]:
    try:
        message = str.__getitem__(str(error), slice(MAX_MESSAGE))
    except BaseException:
        message = "<exception str() failed>"  # as Python prints it
    try:
        names = [str.__str__(kind.__name__) for kind in type(error).__mro__[:MAX_NAMES]]
    except BaseException:
        names = []
    return {"names": names, "message": message, "traceback": traceback_of(error, f"{type_name(error)}: {message}")}


def traceback_of(error: BaseException, last_line: str) -> str:
    """The traceback from the learner's first frame on; its end, where it is long. *last_line* alone if it has none."""
    try:
        error.__traceback__ = loading.learners_part(error.__traceback__)
        trace = error.__traceback__
        if trace is None or not trace.tb_frame.f_code.co_filename.startswith(loading.WORK):
            return f"Traceback (most recent call last):\n{last_line}"
        lines = traceback.format_exception(error)
        return "".join(lines)[-MAX_TRACEBACK:]
    except BaseException:
        return f"Traceback (most recent call last):\n{last_line}"
