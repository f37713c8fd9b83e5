# fails: The body says that the status is ok
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health():
    return "ok"
