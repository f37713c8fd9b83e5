from flask import Flask

app = Flask(__name__)


@app.get("/")
def root():
    ...


if __name__ == "__main__":
    app.run(debug=True)
