from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    ...


@app.get("/slow")
def slow():
    ...


if __name__ == "__main__":
    app.run(port=8000)
