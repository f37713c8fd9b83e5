from sanic import Sanic

app = Sanic("hello")


@app.get("/")
async def root(request):
    ...


if __name__ == "__main__":
    app.run(port=8000)
