from aiohttp import web


async def root(request):
    ...


app = web.Application()
app.add_routes([web.get("/", root)])

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=8000)
