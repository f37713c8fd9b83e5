# fails: The body says that the status is ok
from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health():
    return {"status": True}
