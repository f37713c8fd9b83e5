"""What all kinds share: an answer as the sandbox observed it, and how it misses what a case expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SHOWN_BODY = 4096  # characters of what was sent or answered that are kept

Message = dict[str, Any]  # a code with parameters, ready to be stored; the codes are listed in exercises.judging


class Answer(Protocol):
    """What came of one case: sandbox.Observation, or the like. Everything in it is hostile."""

    @property
    def status(self) -> int | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def elapsed_ms(self) -> float: ...
    @property
    def error(self) -> str: ...
    @property
    def stderr(self) -> bytes: ...
    @property
    def answers(self) -> Sequence[Answer]: ...
    @property
    def chosen(self) -> tuple[str, str] | None: ...


@dataclass(frozen=True, slots=True)
class Miss:
    """The first thing about an answer that is not as expected. expected and actual are short texts for a page."""

    message: Message
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Examined:
    """An answer beside what was expected of it.

    response is what is kept of it; miss is None where it is as expected. raised is where to look for the traceback
    of an exception that would explain a miss; b"" where none would.
    """

    response: dict[str, Any] | None
    miss: Miss | None
    raised: bytes = b""
