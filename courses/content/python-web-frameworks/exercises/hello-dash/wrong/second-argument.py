# fails: The layout shows the greeting
from dash import Dash, html

app = Dash(__name__)
app.layout = html.Div("Welcome", "Hello from Plotly Dash")
