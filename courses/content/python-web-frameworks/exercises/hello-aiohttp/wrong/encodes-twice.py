# fails: The body is the hello message
import json

from aiohttp import web


async def root(request):
    return web.json_response(json.dumps({"message": "Hello from aiohttp"}))


app = web.Application()
app.add_routes([web.get("/", root)])
