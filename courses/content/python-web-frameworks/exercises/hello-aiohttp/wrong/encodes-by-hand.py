# fails: GET / answers with JSON
import json

from aiohttp import web


async def root(request):
    return web.Response(text=json.dumps({"message": "Hello from aiohttp"}))


app = web.Application()
app.add_routes([web.get("/", root)])
