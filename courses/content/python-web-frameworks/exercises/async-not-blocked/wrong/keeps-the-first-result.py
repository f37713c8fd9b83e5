# fails: GET /report still waits for its query
import time
from functools import cache

from fastapi import FastAPI

app = FastAPI()


@cache
def load_report():
    time.sleep(0.2)
    return True


@app.get("/report")
def report():
    return {"ready": load_report()}
