"""An HTTP/1 response, parsed from whatever a hostile server sends. No input or output of its own."""

import re
from enum import Enum, auto

KIB = 1024
MAX_HEAD_BYTES = 32 * KIB
MAX_HEADERS = 100
MAX_INTERIM = 8  # 1xx responses before the real one
MAX_TOTAL_BYTES = 1024 * KIB  # read at all
MAX_BODY_BYTES = 64 * KIB  # kept, where nobody asks for more
MAX_LINE_BYTES = 256  # of a chunk's size and its extensions
MAX_CHUNKS = 16384  # a megabyte in chunks of one byte would keep the judge busy for more than a second

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n\0]*)?")
# The blanks around a value are stripped afterwards: three repetitions in a row that all match a blank would take cubic
# time for a long line of them, and the judge's own time has no limit.
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\0]*)")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]*)?")


class _State(Enum):
    HEAD = auto()
    COUNTED_BODY = auto()
    BODY_TO_END = auto()
    CHUNK_SIZE = auto()
    CHUNK = auto()
    CHUNK_END = auto()
    TRAILERS = auto()
    DONE = auto()


class _Malformed(Exception):
    pass


class ResponseParser:
    """Feed it bytes until *is_done*; what has arrived can be read at any time.

    *error* is then "" for a complete response, else malformed, too_large or closed (ended too early).
    Bodies are not decompressed, and at most *body_bytes* of them are kept (*truncated* says that there was more).
    """

    def __init__(self, method: str, body_bytes: int = MAX_BODY_BYTES) -> None:
        self._body_bytes = body_bytes
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.truncated = False
        self.error = ""
        self._has_no_body = method == "HEAD"
        self._body = bytearray()
        self._state = _State.HEAD
        self._buffer = bytearray()
        self._total = 0
        self._interim = 0
        self._chunks = 0
        self._trailer_lines = 0
        self._left = 0  # bytes of the body, or of this chunk, still to come

    @property
    def is_done(self) -> bool:
        return self._state is _State.DONE

    @property
    def body(self) -> bytes:
        return bytes(self._body)

    def feed(self, data: bytes) -> None:
        if self.is_done:
            return
        self._total += len(data)
        self._buffer += data
        try:
            while not self.is_done and self._step():
                pass
        except _Malformed:
            self._end("malformed")
        if not self.is_done and self._total > MAX_TOTAL_BYTES:
            self._end("too_large")

    def end_of_stream(self) -> None:
        """The server closed the connection."""
        if not self.is_done:
            self._end("" if self._state is _State.BODY_TO_END else "closed")

    def _end(self, error: str) -> None:
        self.error = error
        self._state = _State.DONE
        self._buffer.clear()
        if error in ("too_large", "closed"):
            self.truncated = True

    def _step(self) -> bool:
        """Consume one thing of the buffer; False when it has to grow first."""
        match self._state:
            case _State.HEAD:
                return self._read_head()
            case _State.COUNTED_BODY | _State.CHUNK:
                return self._read_counted()
            case _State.BODY_TO_END:
                self._keep(bytes(self._buffer))
                self._buffer.clear()
                return False
            case _State.CHUNK_SIZE:
                return self._read_chunk_size()
            case _State.CHUNK_END:
                return self._read_chunk_end()
            case _State.TRAILERS:
                return self._read_trailer()
            case _:
                return False

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if not b"HTTP/1.".startswith(self._buffer[:7]):
                raise _Malformed
            if len(self._buffer) > MAX_HEAD_BYTES:
                self._end("too_large")
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        first, *lines = head.split(b"\r\n")
        status_line = _STATUS_LINE.fullmatch(first)
        if status_line is None:
            raise _Malformed
        status = int(status_line[1])
        if len(head) > MAX_HEAD_BYTES or len(lines) > MAX_HEADERS:
            self.status = status
            self._end("too_large")
            return False
        headers = [_HEADER.fullmatch(line) for line in lines]
        fields = [(match[1].decode("ascii"), match[2].strip(b" \t").decode("latin-1")) for match in headers if match]
        if len(fields) != len(lines):
            raise _Malformed
        if status < 200:
            self._interim += 1
            if self._interim > MAX_INTERIM or status == 101:  # nobody asked to switch protocols
                raise _Malformed
            return True
        self.status = status
        self.headers = tuple(fields)
        self._start_body(status, fields)
        return True

    def _start_body(self, status: int, fields: list[tuple[str, str]]) -> None:
        lengths = {value for name, value in fields if name.lower() == "content-length"}
        codings = [value.lower() for name, value in fields if name.lower() == "transfer-encoding"]
        if self._has_no_body or status in (204, 304):
            self._end("")
        elif codings:
            if codings != ["chunked"]:
                raise _Malformed
            self._state = _State.CHUNK_SIZE
        elif lengths:
            (length,) = lengths if len(lengths) == 1 else ("",)
            if not _LENGTH.fullmatch(length.encode("latin-1")):
                raise _Malformed
            self._left = int(length)
            self._state = _State.COUNTED_BODY
            if self._left == 0:
                self._end("")
        else:
            self._state = _State.BODY_TO_END

    def _read_counted(self) -> bool:
        data = bytes(self._buffer[: self._left])
        del self._buffer[: len(data)]
        self._left -= len(data)
        self._keep(data)
        if self._left:
            return False
        if self._state is _State.CHUNK:
            self._state = _State.CHUNK_END
        else:
            self._end("")
        return True

    def _read_line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n", 0, MAX_LINE_BYTES)
        if end < 0:
            if len(self._buffer) >= MAX_LINE_BYTES:
                raise _Malformed
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _read_chunk_size(self) -> bool:
        line = self._read_line()
        if line is None:
            return False
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise _Malformed
        self._chunks += 1
        if self._chunks > MAX_CHUNKS:
            self._end("too_large")
            return False
        self._left = int(size[1], 16)
        self._state = _State.CHUNK if self._left else _State.TRAILERS
        return True

    def _read_chunk_end(self) -> bool:
        if len(self._buffer) < 2:
            return False
        if self._buffer[:2] != b"\r\n":
            raise _Malformed
        del self._buffer[:2]
        self._state = _State.CHUNK_SIZE
        return True

    def _read_trailer(self) -> bool:
        line = self._read_line()
        if line is None:
            return False
        self._trailer_lines += 1
        if not line:
            self._end("")
        elif self._trailer_lines > MAX_HEADERS:
            raise _Malformed
        return True

    def _keep(self, data: bytes) -> None:
        room = self._body_bytes - len(self._body)
        self._body += data[:room]
        if len(data) > room:
            self.truncated = True
