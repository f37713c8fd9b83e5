"""Whether a learner has written anything yet.

Sources are looked at as tokens and never parsed: the depth to which a hostile source is nested could overflow the
parser of the worker, while a list of tokens is as long as the text at most.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping

# Tokens that change nothing about what a program does.
SILENT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENCODING})


def untouched(files: Mapping[str, str], starter: Mapping[str, str]) -> list[str] | None:
    """The functions that the starter left to be written, body `...`, and that still are so; None when there are none.

    An empty list: not one token of the starter was changed, although it has no such function. Comments, blank lines
    and trailing spaces do not count as changes.
    """
    still_open = []
    for path, text in starter.items():
        here = set(placeholders(files.get(path, "")))
        still_open += [name for name in placeholders(text) if name in here]
    if still_open:
        return still_open
    unchanged = all(_tokens(files.get(path, "")) == _tokens(text) for path, text in starter.items())
    return [] if unchanged else None


def placeholders(source: str) -> list[str]:
    """Names of the functions in *source* whose body is `...`, perhaps after a docstring, in order."""
    tokens = _tokens(source)
    names = []
    for index, (kind, text) in enumerate(tokens):
        if (kind, text) == (tokenize.NAME, "def") and index + 1 < len(tokens):
            body = _body(tokens, index + 1)
            if body[:1] and body[0][0] == tokenize.STRING:
                body = body[2:]
            if [text for _, text in body[:2]] == ["...", "\n"] and body[2:3] in ([], [(tokenize.DEDENT, "")]):
                names.append(tokens[index + 1][1])
    return names


def _body(tokens: list[tuple[int, str]], start: int) -> list[tuple[int, str]]:
    """The tokens of the function whose name is at *start*, from the first statement to its end, at least four."""
    depth = 0
    for index in range(start, len(tokens)):
        text = tokens[index][1]
        if text in ("def", "class", "\n"):
            return []  # not the head of a function after all; read on from there, so that each token is seen once
        if text in ("(", "[", "{"):
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
        if text == ":" and depth == 0:
            on_this_line = tokens[index + 1 : index + 3]
            if on_this_line[:1] and on_this_line[0][0] != tokenize.NEWLINE:
                return on_this_line
            return tokens[index + 3 : index + 8]  # after NEWLINE and INDENT
    return []


def _tokens(source: str) -> list[tuple[int, str]]:
    """(type, text) of what counts in *source*, as far as it can be read; line ends as "\\n", indents as ""."""
    tokens = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in SILENT:
                continue
            layout = token.type in (tokenize.INDENT, tokenize.DEDENT)
            text = "\n" if token.type == tokenize.NEWLINE else "" if layout else token.string
            tokens.append((token.type, text))
    except (tokenize.TokenError, SyntaxError):  # an open bracket or string, an indent that fits nowhere
        tokens.append((tokenize.ERRORTOKEN, ""))
    return tokens
