"""Tells the judge why a program did not start. From here on anything can be forged: it words sentences, no verdicts."""

import json
import os
from contextlib import suppress
from typing import Any

MAX_BYTES = 16 * 1024
MAX_TEXT = 2000
READY = b'{"ready": true}\n'


class Diagnosis:
    """Lines of JSON on a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def ready(self) -> None:
        """The program is loaded and about to be served: probes may start."""
        self._write(READY)

    def failed(self, reason: str, **fields: Any) -> None:
        """Why it cannot be served; the keys are those of sandbox.Detail."""
        cut = {name: value[:MAX_TEXT] if isinstance(value, str) else value for name, value in fields.items()}
        self._send({"reason": reason, **cut})

    def _send(self, message: dict[str, Any]) -> None:
        self._write(json.dumps(message).encode()[: MAX_BYTES - 1] + b"\n")

    def _write(self, line: bytes) -> None:
        with suppress(OSError):  # the learner closed it: then there is no explanation
            os.write(self._descriptor, line)
