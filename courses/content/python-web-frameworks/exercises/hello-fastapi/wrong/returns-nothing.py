# fails: The body is the hello message
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root():
    print({"message": "Hello from FastAPI"})
