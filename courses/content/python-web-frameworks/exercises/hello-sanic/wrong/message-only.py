# fails: The body is the hello message
from sanic import Sanic, json

app = Sanic("hello")


@app.get("/")
async def root(request):
    return json("Hello from Sanic")
