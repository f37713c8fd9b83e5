# fails: GET /health answers 200
from fastapi import FastAPI

app = FastAPI()


async def check():
    return {"status": "ok"}


@app.get("/health")
def health():
    return check()
