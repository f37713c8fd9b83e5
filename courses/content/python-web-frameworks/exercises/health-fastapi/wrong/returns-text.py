# fails: GET /health answers with JSON
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.get("/health")
def health():
    return PlainTextResponse('{"status": "ok"}')
