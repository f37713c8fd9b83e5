from dash import Dash, html

app = Dash(__name__, routes_pathname_prefix="/dash/")
app.layout = html.Div("hello")


@app.server.get("/")
def index():
    return {"message": "hello"}


@app.server.get("/boom")
def boom():
    raise KeyError("lost")
