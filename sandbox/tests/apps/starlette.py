from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def index(request):
    return JSONResponse({"message": "hello"})


async def boom(request):
    raise KeyError("lost")


app = Starlette(routes=[Route("/", index), Route("/boom", boom)])
