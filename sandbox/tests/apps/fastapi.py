from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def index():
    return {"message": "hello"}


@app.get("/boom")
async def boom():
    raise KeyError("lost")


if __name__ == "__main__":
    raise SystemExit("a main block ran")
