# fails: GET / answers with JSON
from sanic import Sanic, text

app = Sanic("hello")


@app.get("/")
async def root(request):
    return text("Hello from Sanic")
