"""What the program printed, up to its cap."""


class Output:
    """stdout and stderr, together at most *limit* bytes; past that *is_full*, and the rest is dropped."""

    def __init__(self, limit: int) -> None:
        self.is_full = False
        self.stderr_total = 0  # bytes of stderr kept so far
        self._room = limit
        self._stdout = bytearray()
        self._stderr = bytearray()

    @property
    def stdout(self) -> bytes:
        return bytes(self._stdout)

    @property
    def stderr(self) -> bytes:
        return bytes(self._stderr)

    def add_stdout(self, data: bytes) -> None:
        self._stdout += self._cut(data)

    def add_stderr(self, data: bytes) -> None:
        self._stderr += self._cut(data)
        self.stderr_total = len(self._stderr)

    def stderr_since(self, position: int) -> bytes:
        """What was kept of stderr after its first *position* bytes."""
        return bytes(self._stderr[position:])

    def _cut(self, data: bytes) -> bytes:
        kept = data[: self._room]
        self._room -= len(kept)
        self.is_full = self.is_full or len(kept) < len(data)
        return kept
