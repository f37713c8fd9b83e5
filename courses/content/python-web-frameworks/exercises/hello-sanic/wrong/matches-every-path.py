# fails: An unknown path answers 404
from sanic import Sanic, json

app = Sanic("hello")


@app.get("/")
@app.get("/<path:path>", name="rest")
async def root(request, path=""):
    return json({"message": "Hello from Sanic"})
