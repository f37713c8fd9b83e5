"""Serves whatever kind of app was loaded on port 8000, by the server that suits it.

The kind is told by the object alone. A framework's class is looked up only where the learner's program has imported
that framework, so that nothing is imported for the sake of asking.
"""

import errno
import functools
import inspect
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from .diagnosis import Diagnosis
from .loading import end

HOST, PORT = "127.0.0.1", 8000
BACKLOG = 128


class NotAnApp(Exception):
    """The object called `app` cannot be served; the message says why."""


class Listener(socket.socket):
    """Port 8000, not listening yet: the judge takes it for ready as soon as it does.

    Servers make it listen once the app's own start-up, which may fail, is done.
    """

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__()
        self.diagnosis = diagnosis
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.bind((HOST, PORT))

    def listen(self, backlog: int = BACKLOG) -> None:
        super().listen(max(backlog, BACKLOG))
        self.diagnosis.ready()


def serve(app: Any, diagnosis: Diagnosis) -> NoReturn:
    """Serve *app* for ever."""
    try:
        server, app = server_for(app)
    except NotAnApp as error:
        diagnosis.failed("no_app", message=str(error))
        end(1)
    serve_with(server, app, diagnosis)


def serve_with(server: Callable[[Any, Listener], None], app: Any, diagnosis: Diagnosis) -> NoReturn:
    """Serve *app* for ever by one of the functions below."""
    try:
        listener = Listener(diagnosis)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        while True:  # the program, in a thread or a process of its own, is there first
            signal.pause()
    server(app, listener)
    # A server that came back failed to start, and has said why on stderr.
    diagnosis.failed("exited", message="the server stopped", exit_code=3)
    end(3)


def is_a(app: Any, module: str, name: str) -> bool:
    """Whether *app* is an instance of a class of a module that is loaded."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(app, kind)


def server_for(app: Any) -> tuple[Callable[[Any, Listener], None], Any]:
    """How to serve *app*, and what of it. Raises NotAnApp."""
    if is_a(app, "dash", "Dash"):
        app = app.server
    if is_a(app, "aiohttp.web", "Application"):
        return serve_aiohttp, app
    if is_a(app, "sanic", "Sanic"):
        return serve_sanic, app
    if is_a(app, "tornado.web", "Application"):
        return serve_tornado, app
    if not callable(app) or isinstance(app, type):
        raise NotAnApp(f"`app` is {describe(app)}, which is not a web application")
    if is_asgi(app):
        return serve_asgi, app
    if positional_count(app) not in (2, None):
        raise NotAnApp(f"`app` is {describe(app)}, which is neither a WSGI nor an ASGI application")
    if is_gevent_patched():
        return serve_gevent, app
    return serve_wsgi, app


def describe(app: Any) -> str:
    if inspect.isfunction(app):
        return "a function"
    if isinstance(app, type):
        return f"the class {app.__name__}"
    return f"of type {type(app).__name__}"


def is_asgi(app: Any) -> bool:
    """Whether it takes scope, receive and send: three arguments, or any number of them in a coroutine function."""
    function = app
    while isinstance(function, functools.partial):
        function = function.func
    call = function if inspect.isroutine(function) else type(function).__call__
    return inspect.iscoroutinefunction(call) or positional_count(app) == 3


def positional_count(app: Any) -> int | None:
    """How many arguments *app* must be given, or None where that cannot be said."""
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds and p.default is p.empty for p in parameters)


def is_gevent_patched() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("socket")


def serve_wsgi(app: Any, listener: Listener) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415 not before it is needed

    class QuietHandler(WSGIRequestHandler):  # type: ignore[misc]  # installed inside only
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """No line for each request: stderr is for the learner's errors."""

    show_django_errors()
    server = make_server(HOST, PORT, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
    listener.listen()
    server.serve_forever()


def serve_gevent(app: Any, listener: Listener) -> None:
    from gevent import socket as gevent_socket  # noqa: PLC0415 not before it is needed
    from gevent.pywsgi import WSGIServer  # noqa: PLC0415 not before it is needed

    listener.listen()
    # A plain socket would block gevent's loop for ever.
    family, kind = listener.family, listener.type
    cooperative = gevent_socket.socket(family, kind, 0, fileno=listener.detach())
    # It would ask for the name, in a thread.
    WSGIServer(cooperative, app, log=None, environ={"SERVER_NAME": "localhost"}).serve_forever()


def serve_asgi(app: Any, listener: Listener) -> None:
    import uvicorn  # noqa: PLC0415 not before it is needed

    class ReadyServer(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """uvloop does not call the listener's own listen()."""
            await super().startup(sockets=sockets)
            if self.started:
                listener.diagnosis.ready()

    called = app
    if positional_count(app) in (0, None):  # uvicorn calls it to see whether it makes an app

        async def called(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, send)

    show_django_errors()
    # Without a log configuration warnings and errors, tracebacks included, go to stderr by logging's last resort.
    # An interface by name, because uvicorn looks for a coroutine function and else takes an old kind of ASGI.
    config = uvicorn.Config(
        called,
        interface="asgi3",
        lifespan="auto",
        ws="none",
        backlog=BACKLOG,
        log_config=None,
        log_level="warning",
        access_log=False,
    )
    ReadyServer(config).run(sockets=[listener])


def serve_aiohttp(app: Any, listener: Listener) -> None:
    from aiohttp import web  # noqa: PLC0415 not before it is needed

    web.run_app(app, sock=listener, print=None, access_log=None, handle_signals=False)


def serve_sanic(app: Any, listener: Listener) -> None:
    async def tell(*_: Any) -> None:
        """uvloop does not call the listener's own listen()."""
        listener.diagnosis.ready()

    app.register_listener(tell, "after_server_start")
    app.run(sock=listener, single_process=True, motd=False, access_log=False, register_sys_signals=False)


def serve_tornado(app: Any, listener: Listener) -> None:
    import asyncio  # noqa: PLC0415 40 ms that no other server pays twice

    from tornado.httpserver import HTTPServer  # noqa: PLC0415 not before it is needed

    async def run() -> None:
        listener.setblocking(False)
        HTTPServer(app).add_socket(listener)
        listener.listen()
        await asyncio.Event().wait()

    asyncio.run(run())


def show_django_errors() -> None:
    """Print the traceback of a failed view: with DEBUG off Django would mail it to nobody."""
    signals = sys.modules.get("django.core.signals")
    if signals is not None:
        signals.got_request_exception.connect(print_current_exception, weak=False)


def print_current_exception(**_: Any) -> None:
    traceback.print_exc()
