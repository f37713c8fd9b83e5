# fails: The body is the hello message
import json

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root():
    return json.dumps({"message": "Hello from FastAPI"})
