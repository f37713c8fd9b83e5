# fails: GET /health answers with JSON
from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health():
    return str({"status": "ok"})
