"""Outlines of pages that only a browser draws."""

import json

import pytest

from exercises.kinds.pages import Chart, Element
from exercises.outlines import Drawing, drawing_of, outline_of_dash, outline_of_streamlit

EMPTY = {"text": "", "value": "", "options": [], "numbers": [], "shape": "", "rows": None}


def chart(*values, types=("line_chart",), series=1):
    return Chart(frozenset(types), list(values), "", [], series, is_empty=not values)


def component(kind, **props):
    return {"type": kind, "namespace": "dash_html_components", "props": props}


@pytest.mark.parametrize(
    ("element", "row"),
    [
        (Element(type="title", text=" Sales\n\x00Dashboard "), {"type": "title", "text": "Sales \ufffdDashboard"}),
        (Element(type="selectbox", text="Region", value="North", options=["North", "South"]),
         {"type": "selectbox", "text": "Region", "value": '"North"', "options": ["North", "South"]}),
        (Element(type="line_chart", chart=chart(1, 2.5), rows=[[1], [2]]),
         {"type": "line_chart", "value": "1, 2.5", "numbers": [1, 2.5], "shape": "line"}),
        (Element(type="plotly_chart", chart=chart(1, 2, types=("bar_chart",))),
         {"type": "plotly_chart", "value": "1, 2", "numbers": [1, 2], "shape": "bars"}),
        (Element(type="line_chart", chart=chart(1, 2, series=2)), {"type": "line_chart", "value": "1, 2"}),
        (Element(type="line_chart", chart=chart(1, "2")), {"type": "line_chart", "value": '1, "2"'}),
        (Element(type="line_chart", chart=chart(1, 10**400)), None),
        (Element(type="line_chart", chart=chart(1)), {"type": "line_chart", "value": "1"}),
        (Element(type="dataframe", rows=[[1]]), {"type": "dataframe", "rows": 1}),
        (Element(type="slider", text="Year", value=False), {"type": "slider", "text": "Year", "value": "false"}),
    ],
)  # fmt: skip
def test_an_element_is_a_row(element, row):
    (found,) = outline_of_streamlit([Element(type="vertical"), element])

    assert found == (EMPTY | row if row else found)
    assert (found["shape"], found["numbers"]) == ((row or EMPTY).get("shape", ""), (row or EMPTY).get("numbers", []))


def test_an_outline_has_an_end():
    assert len(outline_of_streamlit(Element(type="text", text="x" * 10_000) for _ in range(5_000))) == 200


@pytest.mark.parametrize(
    ("layout", "rows"),
    [
        (component("Div", children="Hello"), [{"type": "Div", "text": "Hello"}]),
        (
            component("Div", children=[
                component("H1", children="Sales"),
                component("Dropdown", id="region", options=[{"label": "N", "value": 1}, "S"], value="N"),
                component("Graph", id="chart", figure={"data": [{"type": "bar", "y": [3, 4]}]}),
                component("Graph", id="later"),
            ]),
            [
                {"type": "H1", "text": "Sales"},
                {"type": "Dropdown #region", "value": '"N"', "options": ["N", "S"]},
                {"type": "Graph #chart", "value": "3, 4", "numbers": [3, 4], "shape": "bars"},
                {"type": "Graph #later"},
            ],
        ),
        ("no layout", []),
    ],
)  # fmt: skip
def test_a_layout_is_rows(layout, rows):
    assert outline_of_dash(json.dumps(layout).encode()) == [EMPTY | row for row in rows]


def test_what_is_no_json_has_no_outline():
    assert outline_of_dash(b"<html>") == []


@pytest.mark.parametrize(
    ("shape", "numbers", "drawing"),
    [
        ("", [], None),
        ("line", [0, 10, 5], Drawing("4.0,60.0 120.0,4.0 236.0,32.0")),
        ("line", [7, 7], Drawing("4.0,60.0 236.0,60.0")),
        ("bars", [1, -1], Drawing(bars=[("15.6", "4.0", "92.8", "28.0"), ("131.6", "32.0", "92.8", "28.0")])),
        ("bars", [0, 0], Drawing(bars=[("15.6", "60.0", "92.8", "0.0"), ("131.6", "60.0", "92.8", "0.0")])),
    ],
)
def test_a_chart_is_drawn_to_scale(shape, numbers, drawing):
    assert drawing_of(EMPTY | {"type": "x", "numbers": numbers, "shape": shape}) == drawing
