# fails: The app describes a layout
from dash import Dash, html

app = Dash(__name__)
layout = html.Div("Hello from Plotly Dash")
