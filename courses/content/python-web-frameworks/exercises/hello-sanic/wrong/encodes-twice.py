# fails: The body is the hello message
from json import dumps

from sanic import Sanic, json

app = Sanic("hello")


@app.get("/")
async def root(request):
    return json(dumps({"message": "Hello from Sanic"}))
