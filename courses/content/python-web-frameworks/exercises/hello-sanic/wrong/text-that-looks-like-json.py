# fails: GET / answers with JSON
import json

from sanic import Sanic, text

app = Sanic("hello")


@app.get("/")
async def root(request):
    return text(json.dumps({"message": "Hello from Sanic"}))
