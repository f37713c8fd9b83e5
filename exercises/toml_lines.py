"""Where in a TOML text a key stands, so that an error about its value can name the line.

tomllib gives values without positions. This reads the same text once more, knowing that it is valid, and only
remembers the line of every key and of every array element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]

TOKEN = re.compile(
    r"""
      (?P<space>[\ \t\r]+ | \#[^\n]*)
    | (?P<newline>\n)
    | (?P<string>\"\"\"(?:\\.|[^\\])*?\"\"\"\"{0,2} | '''.*?''''{0,2} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<mark>[][{}=,.])
    | (?P<bare>[^][{}=,."'\s\#]+)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class Token(NamedTuple):
    kind: str
    text: str
    line: int


class Lines:
    """Line numbers, from 1, of the keys of one valid TOML text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._lengths: dict[Path, int] = {}  # elements so far of each [[array of tables]]
        self._tokens = _tokens(text)
        self._token = next(self._tokens)
        self._read()

    def of(self, *path: str | int) -> int | None:
        """The line of the value at *path*, or of the nearest thing around it; None for the whole text."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return None

    def _read(self) -> None:
        table: Path = ()
        while self._token.kind != "end":
            if self._token.kind == "newline":
                self._next()
            elif self._token.text == "[":
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> Token:
        token, self._token = self._token, next(self._tokens)
        return token

    def _skip_newlines(self) -> None:
        while self._token.kind == "newline":
            self._next()

    def _header(self) -> Path:
        """Read [table] or [[array of tables]]; its full path, with the index of the newest element of each array."""
        line = self._next().line
        is_array = self._token.text == "["
        if is_array:
            self._next()
        keys = self._key()
        path: Path = ()
        for position, key in enumerate(keys):
            path += (key,)
            if is_array and position == len(keys) - 1:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            self._lines.setdefault(path, line)
            if path in self._lengths:
                path += (self._lengths[path] - 1,)
                self._lines.setdefault(path, line)
        for _ in range(2 if is_array else 1):
            self._next()
        return path

    def _key(self) -> list[str]:
        keys = []
        while self._token.kind in ("string", "bare") or self._token.text == ".":
            token = self._next()
            if token.text != ".":
                keys.append(_unquoted(token))
        return keys

    def _pair(self, table: Path) -> None:
        line = self._token.line
        path = table
        for key in self._key():
            path += (key,)
            self._lines.setdefault(path, line)
        self._next()  # =
        self._value(path)

    def _value(self, path: Path) -> None:
        self._lines.setdefault(path, self._token.line)
        if self._token.text == "[":
            self._array(path)
        elif self._token.text == "{":
            self._inline_table(path)
        else:
            while self._token.kind not in ("newline", "end") and self._token.text not in (",", "]", "}"):
                self._next()

    def _array(self, path: Path) -> None:
        self._next()
        index = 0
        self._skip_newlines()
        while self._token.text != "]":
            self._value((*path, index))
            index += 1
            self._skip_newlines()
            if self._token.text == ",":
                self._next()
                self._skip_newlines()
        self._next()

    def _inline_table(self, path: Path) -> None:
        self._next()
        self._skip_newlines()
        while self._token.text != "}":
            self._pair(path)
            self._skip_newlines()
            if self._token.text == ",":
                self._next()
                self._skip_newlines()
        self._next()


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"line {line} is not TOML")
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match.group(), line)
        line += match.group().count("\n")
        position = match.end()
    while True:
        yield Token("end", "", line)


def _unquoted(token: Token) -> str:
    if token.kind != "string":
        return token.text
    inner = token.text[1:-1]
    if token.text[0] == "'":
        return inner
    return re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", _unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] in "uU" and len(code) > 1:
        return chr(int(code[1:], 16))
    return ESCAPES.get(code, code)
