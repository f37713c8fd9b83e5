from aiohttp import web


async def index(request):
    return web.json_response({"message": "hello"})


async def boom(request):
    raise KeyError("lost")


app = web.Application()
app.add_routes([web.get("/", index), web.get("/boom", boom)])
