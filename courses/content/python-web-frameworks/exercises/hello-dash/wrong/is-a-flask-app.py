# fails: The app describes a layout
from flask import Flask

app = Flask(__name__)


@app.get("/")
def root():
    return "Hello from Plotly Dash"
