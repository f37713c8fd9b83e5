from dash import Dash, dcc, html

app = Dash()
app.layout = html.Div([html.H1("Hello Dash"), dcc.Dropdown(["NYC", "MTL", "SF"], "NYC")])

if __name__ == "__main__":
    app.run(debug=True)
