# fails: GET /health answers 200
from fastapi import FastAPI

app = FastAPI()


@app.get("/health/")
def health():
    return {"status": "ok"}
