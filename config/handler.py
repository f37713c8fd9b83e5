"""Django's ASGI handler with threads that are used again."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

MAX_IDLE = 8  # threads, each with its connection to the database


class Threads:
    """Of one handler: executors of one thread each, of which a few stay when nothing is to be done.

    take() is for the event loop, put_back() for any thread: what the one looks at, the other only adds to, and one or
    two more than MAX_IDLE do no harm.
    """

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
        self.latest: Future[Any] | None = None  # what it was given to do

    def let_go(self) -> None:
        """The request may last, but needs no thread of its own any more. Whoever is next has it once it is free: a
        view goes on when its request is cancelled.
        """
        if self.thread:
            thread, self.thread = self.thread, None
            self._put_back(thread, after=self.latest)

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.thread:
            self.latest = self.thread.submit(call, *args, **kwargs)
            return self.latest
        thread = self.threads.take()
        future = thread.submit(call, *args, **kwargs)
        self._put_back(thread, after=future)
        return future

    def _put_back(self, thread: Executor, *, after: Future[Any] | None) -> None:
        if after is None:
            self.threads.put_back(thread)
        else:  # at once, where it is done
            after.add_done_callback(lambda _: self.threads.put_back(thread))


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
