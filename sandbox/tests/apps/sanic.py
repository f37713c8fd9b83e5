from sanic import Sanic, json

app = Sanic("practice")


@app.get("/")
async def index(request):
    return json({"message": "hello"})


@app.get("/boom")
async def boom(request):
    raise KeyError("lost")
