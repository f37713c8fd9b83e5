# fails: POST /health answers 405
from flask import Flask

app = Flask(__name__)


@app.route("/health", methods=["GET", "POST"])
def health():
    return {"status": "ok"}
