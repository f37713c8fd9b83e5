"""Plotly figures: read from JSON, and drawn by a real Dash app."""

import pytest

from exercises.cases import expected, parse
from exercises.judging import judge_files
from exercises.kinds.figures import decoded, drawn
from exercises.models import ExerciseVersion, Run
from sandbox import Observation


@pytest.mark.parametrize(
    ("values", "elements"),
    [
        ([1, "a", None], [1, "a", None]),
        ({"dtype": "i1", "bdata": "AX//"}, [1, 127, -1]),
        ({"dtype": "u1", "bdata": "AX//"}, [1, 127, 255]),
        ({"dtype": "i2", "bdata": "eACWAA=="}, [120, 150]),
        ({"dtype": "f8", "bdata": "AAAAAAAgVEAAAAAAAAD4fw=="}, [80.5, None]),  # the second is NaN
        ({"dtype": "i2", "bdata": "eACWAA==", "shape": "1, 2"}, [120, 150]),
        ({"dtype": "i2", "bdata": "eAC"}, []),
        ({"dtype": "i2", "bdata": "eAA!"}, []),
        ({"dtype": "f8", "bdata": "eACWAA=="}, []),
        ({"dtype": "x9", "bdata": ""}, []),
        ({"dtype": [], "bdata": ""}, []),
        ({"bdata": ""}, []),
        ("120", []),
        (None, []),
    ],
)
def test_decoded_reads_arrays_in_every_form(values, elements):
    assert decoded(values) == elements


@pytest.mark.parametrize("figure", [None, [], 1, "x", {}, {"data": {}}, {"data": [1, None]}, {"data": [{"y": 3}]}])
def test_what_is_no_figure_draws_nothing(figure):
    assert drawn(figure, "y") == []


CASES = parse("""
[[case]]
name = "The callback draws the chosen region only"
[case.request]
method = "POST"
path = "/_dash-update-component"
[case.request.json]
output = "chart.figure"
outputs = { id = "chart", property = "figure" }
inputs = [{ id = "region", property = "value", value = "North" }]
changedPropIds = ["region.value"]
[case.expect]
status = 200
figure = { at = "response.chart.figure", x = ["Jan", "Feb"], y = [120, 80.5] }
""")

ONE_TRACE = parse("""
[[case]]
name = "The callback draws one trace"
request = { path = "/" }
expect = { figure = { at = "figure", y = [120, 80.5], traces = 1 } }
""")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"response": {"chart": {"figure": {"data": [{"x": ["Jan"], "y": [120]}, {"x": ["Feb"], "y": [80.5]}]}}}}',
         None),
        (b'{"response": {"chart": {"figure": {"data": []}}}}', {"code": "no_figure", "path": "response.chart.figure"}),
        (b'{"response": null}', {"code": "no_figure", "path": "response.chart.figure"}),
        (b"<html>", {"code": "not_json", "problem": "syntax", "line": 1, "column": 1}),
        (b'{"response": {"chart": {"figure": {"data": [{"x": ["Jan", "Feb"], "y": [120, "80.5"]}]}}}}',
         {"code": "figure_differs", "axis": "y", "expected": "[120, 80.5]", "actual": '[120, "80.5"]'}),
        (b'{"response": {"chart": {"figure": {"data": [{"x": ["Feb", "Jan"], "y": [120, 80.5]}]}}}}',
         {"code": "figure_differs", "axis": "x", "expected": '["Jan", "Feb"]', "actual": '["Feb", "Jan"]'}),
    ],
)  # fmt: skip
def test_a_figure_is_compared_by_what_it_draws(body, message):
    (expectation,) = expected(CASES, seed=1)

    miss = expectation.examine(Observation(status=200, body=body)).miss

    assert (miss and miss.message) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"figure": {"data": [{"y": [120, 80.5]}]}}', None),
        (b'{"figure": {"data": [{"y": [120, 80.5]}, {"y": []}]}}', None),
        (b'{"figure": {"data": [{"y": [120]}, {"y": [80.5]}]}}', {"code": "figure_traces", "expected": 1, "actual": 2}),
    ],
)
def test_the_traces_of_a_figure_can_be_counted(body, message):
    (expectation,) = expected(ONE_TRACE, seed=1)

    miss = expectation.examine(Observation(status=200, body=body)).miss

    assert (miss and miss.message) == message


APP = """
from dash import Dash, Input, Output, dcc, html
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

SALES = pd.DataFrame({
    "region": ["North", "South", "North"], "month": ["Jan", "Jan", "Feb"], "sales": [120, 95, 80.5]
})
app = Dash(__name__)
app.layout = html.Div([dcc.Dropdown(["North", "South"], "North", id="region"), dcc.Graph(id="chart")])

@app.callback(Output("chart", "figure"), Input("region", "value"))
def draw(region):
    rows = SALES[SALES.region == region]
    return px.bar(rows, x="month", y="sales")
"""
BAR = 'px.bar(rows, x="month", y="sales")'


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (APP, None),
        (APP.replace("px.bar(rows, ", "px.line(rows, "), None),
        (APP.replace(BAR, "go.Figure(go.Scatter(x=rows.month, y=rows.sales))"), None),
        (APP.replace(BAR, "{'data': [{'type': 'bar', 'x': list(rows.month), 'y': list(rows.sales)}]}"), None),
        (APP.replace("rows = SALES[SALES.region == region]", "rows = SALES"), "figure_differs"),
        (APP.replace("return px", "px"), "no_figure"),
        (APP.replace("SALES.region == region", "SALES.area == region"), "exception"),
    ],
    ids=["bar", "line", "graph objects", "dictionary", "not filtered", "nothing returned", "raises"],
)  # fmt: skip
def test_a_dash_callback_is_judged_by_its_figure(source, code):
    version = ExerciseVersion(framework="dash", cases=CASES, starter={"main.py": ""})

    result = judge_files(version, {"main.py": source}, seed=1)

    (test,) = result.tests
    assert result.verdict == (Run.Verdict.FAILED if code else Run.Verdict.PASSED), result.details
    assert (test["message"] and test["message"]["code"]) == code
