# fails: An unknown path answers 404
from flask import Flask

app = Flask(__name__)


@app.get("/")
@app.get("/<path:path>")
def root(path=""):
    return {"message": "Hello from Flask"}
