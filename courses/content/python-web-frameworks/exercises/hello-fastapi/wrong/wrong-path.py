# fails: GET / answers 200
from fastapi import FastAPI

app = FastAPI()


@app.get("/hello")
def root():
    return {"message": "Hello from FastAPI"}
