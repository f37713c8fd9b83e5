"""Django's ASGI handler with threads that are used again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

MAX_IDLE = 8  # threads, each with its connection to the database


class LastingThread(ThreadPoolExecutor):
    """One thread, which goes back to *idle* where another executor would end."""

    def __init__(self, idle: "list[LastingThread]") -> None:
        super().__init__(max_workers=1, thread_name_prefix="request")
        self.idle = idle

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """The request does not need it any more. Called by asgiref, and early by what streams."""
        if len(self.idle) < MAX_IDLE:
            self.idle.append(self)
            return
        self.submit(connections.close_all)
        super().shutdown(wait=False, cancel_futures=cancel_futures)


class Handler(ASGIHandler):
    """Runs all middleware and the view of a request in one thread, and lends it to one request after the other.

    Django's own changes threads twice for each middleware, and makes a thread for each request, so that every request
    connects to the database anew. Here CONN_MAX_AGE works as it does without ASGI.
    """

    def __init__(self) -> None:
        self.idle: list[LastingThread] = []
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)  # our views are synchronous; what streams gives back its thread itself
        self._middleware_chain: Any = sync_to_async(self._middleware_chain, thread_sensitive=True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)  # refuses
            return
        async with ThreadSensitiveContext() as context:
            SyncToAsync.context_to_thread_executor[context] = self.idle.pop() if self.idle else LastingThread(self.idle)
            await self.handle(scope, receive, send)
