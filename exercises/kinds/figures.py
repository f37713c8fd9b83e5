"""What a Plotly figure draws, read from the JSON that a program made of it. All of it is hostile."""

from __future__ import annotations

import base64
import math
import struct
from typing import Any

AXES = ("x", "y")
FORMATS = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d"}


def traces_of(figure: Any) -> list[dict[str, Any]]:
    """The traces of a figure; [] for what is none."""
    traces = figure.get("data") if isinstance(figure, dict) else None
    return [trace for trace in traces if isinstance(trace, dict)] if isinstance(traces, list) else []


def drawn(figure: Any, axis: str) -> list[Any]:
    """The values of all traces along *axis*, one trace after the other."""
    return [value for trace in traces_of(figure) for value in decoded(trace.get(axis))]


def decoded(values: Any) -> list[Any]:
    """The elements of an array, also of one that Plotly packed: {"dtype": "i2", "bdata": "…"}, in base64.

    What is not finite becomes None, as a list of Plotly's has it. [] for what is no array.
    """
    if isinstance(values, list):
        return values
    match values:
        case {"dtype": str(dtype), "bdata": str(packed)} if dtype in FORMATS:
            try:
                data = base64.b64decode(packed, validate=True)
                numbers = [number for (number,) in struct.iter_unpack(f"<{FORMATS[dtype]}", data)]
            except (ValueError, struct.error):
                return []
            return [number if math.isfinite(number) else None for number in numbers]
    return []
