# fails: GET / answers 200
from sanic import Sanic, json

app = Sanic("hello")


@app.post("/")
async def root(request):
    return json({"message": "Hello from Sanic"})
