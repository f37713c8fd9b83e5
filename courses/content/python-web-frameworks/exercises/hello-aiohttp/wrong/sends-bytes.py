# fails: GET / answers with JSON
from aiohttp import web


async def root(request):
    return web.Response(body=b'{"message": "Hello from aiohttp"}')


app = web.Application()
app.add_routes([web.get("/", root)])
