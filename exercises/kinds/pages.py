"""What a Streamlit app shows, read from the JSON of Streamlit's agent API. All of it is hostile.

Reading finds no faults: what is not as it should be is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from exercises.kinds import figures

# A page has half a megabyte and a sweep dozens of pages: what is more than this is not looked at.
MAX_NODES = 20_000
MAX_TEXT = 20_000  # characters of one element
MAX_ROWS = 5_000  # of one element, of one chart
MAX_COLUMNS = 100
MAX_UNITS = 100  # marks of one chart
GENERATED = " -- streamlit-generated"  # ends the names of columns that Streamlit adds to what it was given
HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
HEADINGS = {"#": "title", "##": "header", "###": "subheader"}

# What the elements of the page are that draw, by what they draw.
NATIVE_CHARTS = ("line_chart", "bar_chart", "area_chart", "scatter_chart")
MARKS = {"line": "line_chart", "trail": "line_chart", "bar": "bar_chart", "area": "area_chart",
         "point": "scatter_chart", "circle": "scatter_chart", "square": "scatter_chart"}  # fmt: skip
CHARTS = (*NATIVE_CHARTS, "altair_chart", "vega_lite_chart", "plotly_chart")

Rows = list[list[Any]]
Unit = tuple[str, dict[str, Any]]  # a mark and its encoding


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart draws, whoever made it: one of Streamlit's own, Altair, Vega-Lite or Plotly.

    values are the numbers in their order, of several series one after the other, and series is how many these are.
    drawing is the same for the same numbers, whatever they are called. labelled are the rows that are drawn with all
    that they are called; none where the browser still does something with them.
    """

    types: frozenset[str]  # of NATIVE_CHARTS
    values: list[Any]
    drawing: str
    labelled: Rows
    series: int
    is_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    type: str  # as Streamlit calls the function that makes it
    text: str = ""  # what it says, or the label of a widget
    key: str = ""
    value: Any = None
    options: Sequence[str] = ()
    rows: Rows | None = None
    chart: Chart | None = None

    def is_a(self, wanted: str) -> bool:
        """Whether it is of the type *wanted*; any chart of lines is a line_chart, and so on, and all are a chart."""
        if self.type == wanted:
            return True
        return self.chart is not None and (wanted == "chart" or wanted in self.chart.types)


def elements_of(page: Any) -> list[Element]:
    """What stands on a page, from top to bottom; a heading in Markdown is there once more as what it looks like."""
    found = []
    for node in _nodes(page):
        if isinstance(node.get("type"), str):
            element = _element(node)
            found.append(element)
            if element.type == "markdown":
                found += _headings(element.text)
    return found


def is_page(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("tree"), dict) and isinstance(answer.get("status"), str)


def exception_of(page: Any) -> tuple[str, str, str] | None:
    """Name, message and traceback of the exception that ended the script; None where none did."""
    for node in _nodes(page):
        props = _table(node.get("props"))
        if node.get("type") == "exception" and props.get("uncaught") is True:
            name, message = (_text(props.get(key)) for key in ("type", "message"))
            frames = [f"  {frame}" for frame in _list(props.get("stack_trace")) if isinstance(frame, str)]
            last = f"{name}: {message}" if message else name
            return name, message, "\n".join(["Traceback (most recent call last):", *frames, last])
    return None


def _nodes(page: Any) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = [page.get("tree")] if isinstance(page, dict) else []
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += _list(node.get("children"))[MAX_NODES::-1]


def _element(node: Mapping[str, Any]) -> Element:
    props, data = _table(node.get("props")), _table(node.get("data"))
    listed = _list(_table(data.get("preview")).get("rows"))[:MAX_ROWS]
    rows = [row[:MAX_COLUMNS] for row in listed if isinstance(row, list)]
    return Element(
        type=node["type"],
        text=(_text(props.get("body")) or _text(props.get("label")))[:MAX_TEXT],
        key=_text(node.get("key")),
        value=node["value"] if "value" in node else props.get("value"),
        options=[option for option in _list(props.get("options")) if isinstance(option, str)],
        rows=rows if "preview" in data else None,
        chart=_chart(node["type"], data, rows) if node["type"] in CHARTS else None,
    )


def _headings(markdown: str) -> Iterator[Element]:
    is_code = False
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and (heading := HEADING.fullmatch(line.strip())):
            yield Element(type=HEADINGS[heading[1]], text=heading[2].rstrip("# \t"))


# Charts


def _chart(kind: str, data: Mapping[str, Any], rows: Rows) -> Chart:
    spec = _table(data.get("spec"))
    if kind == "plotly_chart":
        return _plotly(spec)
    columns = [_text(_table(column).get("name")) for column in _list(data.get("columns"))[:MAX_COLUMNS]]
    units = list(islice(_units(spec, {}), MAX_UNITS))
    drawn = {MARKS[mark] for mark, _ in units if mark in MARKS}
    types = {kind} if kind in NATIVE_CHARTS else drawn - {"scatter_chart"} or drawn
    kept = [index for index, name in enumerate(columns) if name != f"color{GENERATED}"]
    numbers = [[row[index] for index in kept if index < len(row)] for row in rows]
    transforms = list(_transforms(spec))
    drawing = json.dumps([numbers, data.get("row_count"), transforms], sort_keys=True)
    values, series = _drawn_values(units, columns, rows), _series(units, columns, rows)
    return Chart(frozenset(types), values, drawing, [] if transforms else rows, series, is_empty=not rows)


def _units(spec: Mapping[str, Any], inherited: Mapping[str, Any], depth: int = 0) -> Iterator[Unit]:
    """The marks of a Vega-Lite specification with what x, y and color of each encode."""
    own = _table(spec.get("encoding"))
    encoding = {channel: own.get(channel, inherited.get(channel)) for channel in ("x", "y", "color")}
    mark = spec.get("mark")
    name = _text(mark.get("type")) if isinstance(mark, dict) else _text(mark)
    if name:
        yield name, encoding
    if depth < 8:
        parts = [part for key in ("layer", "hconcat", "vconcat", "concat") for part in _list(spec.get(key))]
        for part in [*parts, spec.get("spec")]:
            if isinstance(part, dict):
                yield from _units(part, encoding, depth + 1)


def _transforms(spec: Mapping[str, Any]) -> Iterator[Any]:
    """What a specification has the browser do with the data, such as filters; not what follows the mouse."""
    for part in (spec, *map(_table, _list(spec.get("layer")))):
        for transform in _list(part.get("transform")):
            if "param" not in _table(_table(transform).get("filter")):
                yield transform


def _drawn_values(units: Sequence[Unit], columns: Sequence[str], rows: Rows) -> list[Any]:
    """The column that gives the height of what is drawn, or its length where bars lie."""
    for mark, encoding in units:
        channels = [_table(encoding.get(channel)) for channel in ("y", "x")]
        channels.sort(key=lambda channel: channel.get("type", "quantitative") != "quantitative")
        field = _text(channels[0].get("field")).replace("\\", "")
        if mark in MARKS and field in columns:
            index = columns.index(field)
            return [row[index] for row in rows if index < len(row)]
    return []


def _series(units: Sequence[Unit], columns: Sequence[str], rows: Rows) -> int:
    """How many lines, or bars beside each other, are drawn of the same column: one for each colour."""
    for mark, encoding in units:
        name = _text(_table(encoding.get("color")).get("field")).replace("\\", "")
        if mark in MARKS and name in columns:
            index = columns.index(name)
            return len({json.dumps(row[index]) for row in rows if index < len(row)})
    return 1


def _plotly(spec: Mapping[str, Any]) -> Chart:
    types, values, numbers = set(), [], []
    labelled: Rows = []
    series = 0
    for trace in figures.traces_of(spec):
        kind, mode = trace.get("type", "scatter"), _text(trace.get("mode"))
        if kind == "bar":
            types.add("bar_chart")
        elif kind in ("scatter", "scattergl"):
            filled = trace.get("fill", "none") != "none" or "stackgroup" in trace
            lines = "lines" in mode or not mode
            types.add("area_chart" if filled else "line_chart" if lines else "scatter_chart")
        parts = [figures.decoded(trace.get(key))[:MAX_ROWS] for key in ("x", "y", "labels", "values")]
        x, y, _, sizes = parts
        values += x if trace.get("orientation") == "h" else y or sizes
        numbers.append(parts)
        series += 1
        length = min(max(map(len, parts)), MAX_ROWS - len(labelled))
        labelled += [[trace.get("name"), *(part[n] for part in parts if n < len(part))] for n in range(length)]
    return Chart(frozenset(types), values, json.dumps(numbers, sort_keys=True), labelled, series, is_empty=not labelled)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
