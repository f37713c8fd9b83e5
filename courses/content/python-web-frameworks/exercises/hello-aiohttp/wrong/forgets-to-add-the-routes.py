# fails: GET / answers 200
from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/")
async def root(request):
    return web.json_response({"message": "Hello from aiohttp"})


app = web.Application()
