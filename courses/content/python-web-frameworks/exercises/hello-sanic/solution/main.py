from sanic import Sanic, json

app = Sanic("hello")


@app.get("/")
async def root(request):
    return json({"message": "Hello from Sanic"})


if __name__ == "__main__":
    app.run(port=8000)
