from starlette.applications import Starlette
from starlette.routing import Route


async def root(request):
    ...


app = Starlette(routes=[Route("/", root)])
