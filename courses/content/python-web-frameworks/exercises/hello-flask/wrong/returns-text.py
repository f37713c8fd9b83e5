# fails: GET / answers with JSON
from flask import Flask

app = Flask(__name__)


@app.get("/")
def root():
    return "Hello from Flask"
