# fails: The layout has the dropdown and the graph
from dash import Dash, Input, Output, dcc, html

SALES = [
    {"region": "North", "quarter": "Q1", "sales": 120},
    {"region": "South", "quarter": "Q1", "sales": 80},
    {"region": "North", "quarter": "Q2", "sales": 150},
    {"region": "South", "quarter": "Q2", "sales": 95},
    {"region": "North", "quarter": "Q3", "sales": 170},
    {"region": "South", "quarter": "Q3", "sales": 90},
    {"region": "West", "quarter": "Q3", "sales": 40},
    {"region": "North", "quarter": "Q4", "sales": 160},
    {"region": "South", "quarter": "Q4", "sales": 110},
    {"region": "West", "quarter": "Q4", "sales": 75},
]

app = Dash(__name__)
app.layout = html.Div(
    [
        html.H1("Sales by region"),
        html.Div(dcc.Dropdown(options=["North", "South", "West"], value="North"), id="region"),
        html.Div(dcc.Graph(), id="chart"),
    ]
)


@app.callback(Output("chart", "figure"), Input("region", "value"))
def draw(region):
    rows = [row for row in SALES if row["region"] == region]
    return {"data": [{"type": "bar", "x": [row["quarter"] for row in rows], "y": [row["sales"] for row in rows]}]}
