from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"message": "hello"}


@app.get("/boom")
def boom():
    raise KeyError("lost")


if __name__ == "__main__":
    raise SystemExit("a main block ran")
