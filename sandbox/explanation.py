"""Reads what the harness says about a program that did not start. The learner's program can write there too."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.report import Detail

MAX_BYTES = 16 * 1024
MAX_TEXT = 2000
REASONS = frozenset({"syntax_error", "import_error", "no_app", "exited", "exception", "blocked"})


@dataclass(slots=True)
class Explanation:
    """Collects lines of JSON, of which the first that gives a reason counts."""

    is_ready: bool = False
    detail: Detail = field(default_factory=Detail)
    _buffer: bytearray = field(default_factory=bytearray)
    _total: int = 0

    @property
    def is_full(self) -> bool:
        """Whatever comes now is dropped."""
        return self._total >= MAX_BYTES

    def feed(self, data: bytes) -> None:
        room = MAX_BYTES - self._total
        self._total += len(data)
        self._buffer += data[: max(0, room)]
        while (end := self._buffer.find(b"\n")) >= 0:
            self._read(bytes(self._buffer[:end]))
            del self._buffer[: end + 1]

    def _read(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if message.get("ready") is True:
            self.is_ready = True
        reason = message.get("reason")
        if not self.detail.reason and isinstance(reason, str) and reason in REASONS:
            self.detail = Detail(
                reason=reason,
                exception=_text(message.get("exception")),
                message=_text(message.get("message")),
                file=_text(message.get("file")),
                line=_position(message.get("line")),
                column=_position(message.get("column")),
                source=_text(message.get("source")),
            )


def _text(value: Any) -> str:
    # Lone surrogates and NUL, which JSON can carry, cannot be stored or shown.
    return (
        value[:MAX_TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
        if isinstance(value, str)
        else ""
    )


def _position(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 1_000_000 else None
