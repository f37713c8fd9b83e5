# fails: An unknown path answers 404
from aiohttp import web


async def root(request):
    return web.json_response({"message": "Hello from aiohttp"})


app = web.Application()
app.add_routes([web.get("/{path:.*}", root)])
