"""Changes asyncio, and the server and the framework above it, for the next program.

accept: exited
exit_code: 0
framework: fastapi
"""

import asyncio
import os

import fastapi
import starlette.routing


class Broken(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        os._exit(1)

    get_event_loop = new_event_loop


def broken(*arguments, **keywords):
    os._exit(1)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(asyncio.sleep(0))
loop.run_in_executor(None, print)  # and a thread that waits for more
asyncio.set_event_loop_policy(Broken())
asyncio.run = asyncio.new_event_loop = asyncio.get_event_loop = broken
fastapi.FastAPI.__call__ = starlette.routing.Router.__call__ = broken
starlette.routing.Route.matches = broken
os._exit(0)
