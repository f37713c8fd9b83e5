"""The outline of a page that only a browser draws: what a Streamlit or Dash program put on it, from top to bottom.

An outline is a list of rows, stored with an answer (exercises.observing). All texts in it are hostile, and cleaned:
    {"type": "line_chart", "text": "Sales", "value": "\\"North\\"", "options": ["North", "South"],
     "numbers": [120, 150.5], "shape": "line" | "bars" | "", "rows": 4 | null}
type is what the framework calls it; numbers are those of a chart with one series, all of them finite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from courses.hostile_text import shortened
from exercises.json_values import SHOWN, NotJSON, parse_json, shown
from exercises.kinds import figures
from exercises.kinds.components import components_in, lines_of, offers_of
from exercises.kinds.pages import Element

MAX_ROWS = 200
MAX_OPTIONS = 30
MAX_NUMBERS = 200  # of one chart
SHAPES = {"line_chart": "line", "area_chart": "line", "bar_chart": "bars"}
DASH_LAYOUT = "/_dash-layout"  # where a Dash program answers with its page as data

WIDTH, HEIGHT, MARGIN = 240, 64, 4  # of a drawing, in units of its own

Outline = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart in an SVG of WIDTH by HEIGHT; points is a line's, bars are x, y, width and height of each. Texts, all."""

    points: str = ""
    bars: Sequence[tuple[str, str, str, str]] = ()


def drawing_of(row: dict[str, Any]) -> Drawing | None:
    """What the chart of a row looks like; None where there is none."""
    numbers, shape = row["numbers"], row["shape"]
    if not shape:
        return None
    low, high = min(numbers), max(numbers)
    if shape == "bars":
        low, high = min(low, 0), max(high, 0)
    scale = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    heights = [HEIGHT - MARGIN - (number - low) * scale for number in numbers]
    if shape == "line":
        step = (WIDTH - 2 * MARGIN) / (len(numbers) - 1)
        return Drawing(" ".join(f"{MARGIN + index * step:.1f},{y:.1f}" for index, y in enumerate(heights)))
    base = HEIGHT - MARGIN + low * scale
    step = (WIDTH - 2 * MARGIN) / len(numbers)
    return Drawing(
        bars=[
            (f"{MARGIN + (index + 0.1) * step:.1f}", f"{min(y, base):.1f}", f"{0.8 * step:.1f}", f"{abs(base - y):.1f}")
            for index, y in enumerate(heights)
        ]
    )


def _row(kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"value": "", "options": [], "numbers": [], "shape": "", "rows": None}
    return {"type": shortened(kind, SHOWN), "text": shortened(" ".join(text.split()), SHOWN)} | empty | more


def _chart(numbers: Sequence[Any], shape: str) -> dict[str, Any]:
    """Of one series; {} where it is none that can be drawn in a line or in bars."""
    fit = [
        number for number in numbers
        if isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < 1e15
    ]  # fmt: skip
    if not shape or len(fit) != len(numbers) or not 2 <= len(fit) <= MAX_NUMBERS:
        return {}
    return {"numbers": fit, "shape": shape}


def outline_of_streamlit(elements: Iterable[Element]) -> Outline:
    """A row for each element that says or shows something, and not for those that only hold others."""
    return list(islice(filter(None, map(_element_row, elements)), MAX_ROWS))


def _element_row(element: Element) -> dict[str, Any] | None:
    more: dict[str, Any] = {}
    if element.value is not None:
        more["value"] = shortened(shown(element.value), SHOWN)
    if element.options:
        more["options"] = [shortened(option, SHOWN) for option in element.options[:MAX_OPTIONS]]
    if element.chart:
        shape = next((SHAPES[name] for name in sorted(element.chart.types) if name in SHAPES), "")
        more["value"] = shortened(", ".join(map(shown, element.chart.values)), SHOWN)
        more |= _chart(element.chart.values, shape) if element.chart.series == 1 else {}
    elif element.rows is not None:
        more["rows"] = len(element.rows)
    return _row(element.type, element.text, **more) if element.text.strip() or more else None


def outline_of_dash(body: bytes) -> Outline:
    """Of the layout that a Dash program sends as JSON; [] for what is none. A callback has not filled it in yet."""
    try:
        layout = parse_json(body)
    except NotJSON:
        return []
    rows = (_component_row(component) for component in components_in(layout))
    return list(islice((row for row in rows if row is not None), MAX_ROWS))


def _component_row(component: dict[str, Any]) -> dict[str, Any] | None:
    props, kind = component["props"], component["type"]
    text = " ".join(lines_of(component))
    more: dict[str, Any] = {}
    labels, _ = offers_of(props.get("options"))
    if labels:
        more["options"] = [shortened(str(label), SHOWN) for label in labels[:MAX_OPTIONS]]
    if isinstance(props.get("value"), str | int | float):
        more["value"] = shortened(shown(props["value"]), SHOWN)
    traces = figures.traces_of(props.get("figure"))
    if traces:
        numbers = figures.drawn(props["figure"], "y")
        more["value"] = shortened(", ".join(map(shown, numbers)), SHOWN)
        more |= _chart(numbers, "bars" if traces[0].get("type") == "bar" else "line") if len(traces) == 1 else {}
    is_named = isinstance(props.get("id"), str)
    if not text and not more and not is_named:
        return None
    name = f"{kind} #{props['id']}" if is_named else kind
    return _row(name, text, **more)
