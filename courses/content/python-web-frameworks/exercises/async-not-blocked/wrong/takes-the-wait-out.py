# fails: GET /report still waits for its query
from fastapi import FastAPI

app = FastAPI()


def load_report():
    return True


@app.get("/report")
async def report():
    return {"ready": load_report()}
