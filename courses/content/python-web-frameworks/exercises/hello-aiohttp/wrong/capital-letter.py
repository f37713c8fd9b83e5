# fails: The body is the hello message
from aiohttp import web


async def root(request):
    return web.json_response({"message": "Hello from Aiohttp"})


app = web.Application()
app.add_routes([web.get("/", root)])
