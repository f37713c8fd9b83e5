# fails: GET / answers 200
from sanic import Sanic, json

app = Sanic("hello")


@app.get("/")
async def root(request):
    json({"message": "Hello from Sanic"})
