"""Django's ASGI handler with threads that are used again."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

MAX_IDLE = 8  # threads, each with its connection to the database


class Threads:
    """Of one handler: executors of one thread each, of which a few stay when nothing is to be done."""

    def __init__(self) -> None:
        self.idle: list[Executor] = []

    def take(self) -> Executor:
        return self.idle.pop() if self.idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")

    def put_back(self, thread: Executor) -> None:
        if len(self.idle) < MAX_IDLE:
            self.idle.append(thread)
            return
        thread.submit(connections.close_all)
        thread.shutdown(wait=False)


class Loan(Executor):
    """The thread of one request, until let_go(). What still needs a thread afterwards has one for each call."""

    def __init__(self, threads: Threads) -> None:
        self.threads = threads
        self.thread: Executor | None = threads.take()

    def let_go(self) -> None:
        """The request may last, but needs no thread of its own any more."""
        if self.thread:
            self.threads.put_back(self.thread)
            self.thread = None

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.thread:
            return self.thread.submit(call, *args, **kwargs)
        thread = self.threads.take()
        future = thread.submit(call, *args, **kwargs)
        future.add_done_callback(lambda _: self.threads.put_back(thread))
        return future


class Handler(ASGIHandler):
    """Runs all middleware and the view of a request in one thread, and lends it to one request after the other.

    Django's own changes threads twice for each middleware, and makes a thread for each request, so that every request
    connects to the database anew. Here CONN_MAX_AGE works as it does without ASGI.
    """

    def __init__(self) -> None:
        self.threads = Threads()
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)  # our views are synchronous; what streams gives back its thread itself
        self._middleware_chain: Any = sync_to_async(self._middleware_chain, thread_sensitive=True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)  # refuses
            return
        loan = Loan(self.threads)
        try:
            async with ThreadSensitiveContext(executor=loan):
                await self.handle(scope, receive, send)
        finally:
            loan.let_go()
