# fails: An unknown path answers 404
from fastapi import FastAPI

app = FastAPI()


@app.get("/{path:path}")
def root(path: str):
    return {"message": "Hello from FastAPI"}
