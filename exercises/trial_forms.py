"""The form that runs a program: its files, named file:<path>, and what to ask, named request:<key>."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from exercises.asking import KEYS, read_request, shown_headers
from exercises.errors import ExerciseError, InvalidFiles, InvalidRequest
from exercises.forms import PREFIX
from exercises.kinds.http import METHODS
from exercises.models import Trial
from exercises.trying import Program

REQUEST_PREFIX = "request:"
NO_BODY = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFields:
    """What the fields of a request hold. Headers and the arguments of a program are as one types them."""

    kind: str
    method: str = "GET"
    path: str = "/"
    headers: str = ""
    body: str = ""
    arguments: str = ""
    input: str = ""
    call: str = ""
    methods: tuple[str, ...] = METHODS

    @classmethod
    def of(cls, kind: str, request: Mapping[str, Any]) -> RequestFields:
        """Of a request as exercises.asking reads it."""
        fields = dict(request)
        if "headers" in fields:
            fields["headers"] = shown_headers(request)
        if "arguments" in fields:
            fields["arguments"] = shlex.join(fields["arguments"])
        return cls(kind=kind, **fields)

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to fill in."""
        return self.kind != Trial.Kind.STREAMLIT


class RunForm:
    """What a POST wants to run, or what *program* begins with. All of it is shown again when it is refused."""

    def __init__(self, program: Program, data: QueryDict | None = None) -> None:
        self.program = program
        self.files: dict[str, str] = dict(program.files)
        self.problems: list[str] = []
        self.request = program.request
        self.fields = RequestFields.of(program.kind, program.request)
        if data is not None:
            self.files = {path: lines(str(data.get(PREFIX + path, text))) for path, text in program.files.items()}
            self._read(data)

    def _read(self, data: QueryDict) -> None:
        given = {
            name: lines(str(data[REQUEST_PREFIX + name]))
            for name in KEYS[self.program.kind]
            if REQUEST_PREFIX + name in data
        }
        if given.get("method") in NO_BODY:
            given.pop("body", None)  # left over from another method; its field is not shown
        self.fields = replace(RequestFields(kind=self.program.kind), **given)  # type: ignore[arg-type]  # texts, all
        try:
            self.program.read_files(self.files)
        except InvalidFiles as refusal:
            self.problems += refusal.problems.values()
        try:
            self.request = read_request(self.program.kind, given)
        except InvalidRequest as refusal:
            self.problems += refusal.problems.values()

    @property
    def is_valid(self) -> bool:
        return not self.problems

    def refuse(self, refusal: ExerciseError) -> None:
        self.problems.append(str(refusal.message))


def lines(text: str) -> str:
    """*text* with the line ends that Python programs have."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
