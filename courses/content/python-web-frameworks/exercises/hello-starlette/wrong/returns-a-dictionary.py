# fails: GET / answers 200
from starlette.applications import Starlette
from starlette.routing import Route


async def root(request):
    return {"message": "Hello from Starlette"}


app = Starlette(routes=[Route("/", root)])
