# fails: GET / answers with JSON
import json

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


async def root(request):
    return Response(json.dumps({"message": "Hello from Starlette"}))


app = Starlette(routes=[Route("/", root)])
