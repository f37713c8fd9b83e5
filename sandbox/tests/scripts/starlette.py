from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def homepage(request):
    return PlainTextResponse("Hello, world!")


@asynccontextmanager
async def lifespan(app):
    print("Startup")
    yield


app = Starlette(debug=True, routes=[Route("/", homepage)], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run("main:app", port=5000, log_level="info", reload=True)
