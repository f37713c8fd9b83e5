# fails: The layout shows the greeting
from dash import Dash, html

app = Dash(__name__, title="Hello from Plotly Dash")
app.layout = html.Div()
