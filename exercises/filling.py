"""Names in the strings of cases.toml: ${name} stands for a value, $$ for a dollar sign."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>[^{}]*)\}|(?P<open>\{))")


def names_in(text: str) -> Iterator[str]:
    """The names that *text* refers to, in order; "" for a ${ that is never closed or has no proper name in it."""
    for match in REFERENCE.finditer(text):
        if not match["dollar"]:
            name = match["name"] or ""
            yield name if NAME.fullmatch(name) else ""


def fill(value: Any, values: Mapping[str, Any]) -> Any:
    """*value* with the references in its strings and keys replaced, and $$ by $.

    A string that is nothing but one reference becomes the value itself, of whatever type it is.
    Every name must be among *values*.
    """
    if isinstance(value, str):
        match = REFERENCE.fullmatch(value)
        if match and match["name"] is not None:
            return values[match["name"]]
        return REFERENCE.sub(lambda match: "$" if match["dollar"] else as_text(values[match["name"]]), value)
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if isinstance(value, dict):
        return {as_text(fill(key, values)): fill(item, values) for key, item in value.items()}
    return value


def fill_some(value: Any, values: Mapping[str, Any]) -> Any:
    """Like fill(), but what is left over stays to be filled later: other names, and every $$."""
    if isinstance(value, str):
        match = REFERENCE.fullmatch(value)
        if match and match["name"] in values:
            return escaped(values[match["name"]])
        return REFERENCE.sub(
            lambda match: escaped(as_text(values[match["name"]])) if match["name"] in values else match.group(), value
        )
    if isinstance(value, list):
        return [fill_some(item, values) for item in value]
    if isinstance(value, dict):
        return {as_text(fill_some(key, values)): fill_some(item, values) for key, item in value.items()}
    return value


def escaped(value: Any) -> Any:
    """*value* such that fill() gives it back."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, dict):
        return {escaped(key): escaped(item) for key, item in value.items()}
    return value


def as_text(value: Any) -> str:
    """*value* inside a longer string: a string as it is, everything else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
