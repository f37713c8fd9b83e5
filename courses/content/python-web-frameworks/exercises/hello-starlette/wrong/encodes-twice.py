# fails: The body is the hello message
import json

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def root(request):
    return JSONResponse(json.dumps({"message": "Hello from Starlette"}))


app = Starlette(routes=[Route("/", root)])
