# fails: GET / answers 200
from aiohttp import web


async def root(request):
    web.json_response({"message": "Hello from aiohttp"})


app = web.Application()
app.add_routes([web.get("/", root)])
