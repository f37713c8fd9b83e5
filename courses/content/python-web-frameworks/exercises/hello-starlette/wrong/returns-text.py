# fails: GET / answers with JSON
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def root(request):
    return PlainTextResponse("Hello from Starlette")


app = Starlette(routes=[Route("/", root)])
