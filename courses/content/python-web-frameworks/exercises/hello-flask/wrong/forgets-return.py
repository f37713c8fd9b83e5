# fails: GET / answers 200
from flask import Flask

app = Flask(__name__)


@app.get("/")
def root():
    {"message": "Hello from Flask"}
