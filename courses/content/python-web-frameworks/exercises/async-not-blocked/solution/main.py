import time

from fastapi import FastAPI

app = FastAPI()


def load_report():
    """Stands for a slow query: waits, and then has the answer."""
    time.sleep(0.2)
    return True


@app.get("/report")
def report():
    return {"ready": load_report()}
