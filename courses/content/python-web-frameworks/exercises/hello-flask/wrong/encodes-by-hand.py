# fails: GET / answers with JSON
import json

from flask import Flask

app = Flask(__name__)


@app.get("/")
def root():
    return json.dumps({"message": "Hello from Flask"})
