# fails: GET / answers 200
from sanic import Sanic

app = Sanic("hello")


@app.get("/")
async def root(request):
    return {"message": "Hello from Sanic"}
