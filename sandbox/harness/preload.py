"""Imports, in a process that learners' processes are forked from, what a program of one framework will need.

Runs in the learners' interpreter, inside, before anything of a learner is there. Nothing may exist afterwards that a
fork does not survive: no thread, no event loop, no socket; and nothing that one program must not find already done: no
settings of Django, no app that Sanic has registered, no patches of gevent. What is exercised here is thrown away.
"""

import contextlib
import contextvars
import ctypes
import functools
import gc
import importlib
import inspect
import logging
import os
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from types import FrameType, ModuleType
from typing import Any

from . import running, serving, streamlit_app  # noqa: F401 running: what every child goes on with

# What learners' programs of any kind commonly import, and what tracebacks need. Each megabyte costs each fork time.
COMMON = """
abc base64 bisect calendar collections.abc contextlib copy csv dataclasses datetime decimal encodings.ascii
encodings.idna encodings.latin_1 encodings.unicode_escape enum fractions functools glob hashlib heapq hmac html io
itertools json linecache locale logging math numbers operator pathlib pickle platform pprint queue random re secrets
shutil signal sqlite3 statistics string struct tempfile textwrap threading time tokenize traceback types typing
unicodedata urllib.parse uuid weakref zlib zoneinfo
"""
ASYNCIO = "asyncio concurrent.futures.thread"
PLAIN = f"""
{ASYNCIO} argparse cmath concurrent.futures.process configparser difflib email.message getpass gzip html.parser
http.client http.server inspect ipaddress logging.handlers multiprocessing.connection multiprocessing.pool
multiprocessing.queues multiprocessing.synchronize select shlex socketserver stringprep subprocess timeit tomllib
typing_extensions unittest urllib.request xml.etree.ElementTree zipfile
"""
WERKZEUG = "werkzeug.serving werkzeug.wrappers werkzeug.exceptions werkzeug.security importlib.metadata stringprep ssl"
FLASK = f"flask flask.cli flask.views jinja2.debug jinja2.ext click {WERKZEUG}"
UVICORN = f"""
{ASYNCIO} uvicorn uvicorn.lifespan.on uvicorn.lifespan.off uvicorn.loops.auto uvicorn.loops.uvloop uvicorn.loops.asyncio
uvicorn.protocols.http.auto uvicorn.protocols.http.httptools_impl uvicorn.protocols.http.h11_impl
uvicorn.protocols.websockets.auto uvicorn.protocols.websockets.websockets_sansio_impl uvloop httptools
anyio anyio._backends._asyncio anyio.to_thread anyio.from_thread
"""
STARLETTE = f"""
{UVICORN} starlette.applications starlette.authentication starlette.background starlette.concurrency starlette.config
starlette.endpoints starlette.exceptions starlette.formparsers starlette.middleware.authentication
starlette.middleware.base starlette.middleware.cors starlette.middleware.errors starlette.middleware.gzip
starlette.middleware.sessions starlette.requests starlette.responses starlette.routing starlette.staticfiles
starlette.status starlette.templating starlette.websockets python_multipart
"""
MODULES = {
    "python": f"{PLAIN} {WERKZEUG}",
    "flask": f"{FLASK} waitress",
    "django": f"""
        {WERKZEUG} waitress django.conf django.conf.urls django.conf.locale.en.formats django.core.wsgi django.core.asgi
        django.core.handlers.wsgi django.core.management django.core.management.commands.runserver
        django.core.paginator django.core.serializers.json django.core.signals django.contrib.messages.api
        django.contrib.staticfiles.handlers django.db django.db.models django.db.backends.sqlite3.base
        django.db.migrations.executor django.forms django.http django.middleware.common django.middleware.csrf
        django.middleware.security django.shortcuts django.template django.template.backends.django
        django.template.defaulttags django.template.loader_tags django.template.loaders.app_directories
        django.template.loaders.filesystem django.test.client django.urls django.utils.log
        django.utils.translation.trans_real django.views.debug django.views.decorators.csrf
        django.views.decorators.http django.views.defaults django.views.generic asgiref.sync
    """,
    "fastapi": f"""
        {STARLETTE} fastapi fastapi.encoders fastapi.exception_handlers fastapi.middleware.cors fastapi.openapi.docs
        fastapi.openapi.utils fastapi.responses fastapi.security fastapi.staticfiles fastapi.templating pydantic
        pydantic.networks pydantic.functional_validators pydantic.deprecated.class_validators
        pydantic._internal._validators annotated_types
    """,
    "starlette": STARLETTE,
    "pyramid": f"""
        {WERKZEUG} waitress wsgiref.simple_server pyramid.authentication pyramid.authorization pyramid.config
        pyramid.events pyramid.httpexceptions pyramid.renderers pyramid.response pyramid.security pyramid.session
        pyramid.static pyramid.view
    """,
    "aiohttp": f"{ASYNCIO} aiohttp aiohttp.web",
    "sanic": f"""
        {ASYNCIO} sanic sanic.exceptions sanic.handlers.directory sanic.response sanic.server.loop sanic.server.runners
        sanic.server.websockets.impl sanic.views sanic.worker.loader uvloop httptools
    """,
    "tornado": f"""
        {ASYNCIO} tornado.gen tornado.httpserver tornado.ioloop tornado.platform.asyncio tornado.web tornado.websocket
    """,
    "gevent": f"""
        gevent.event gevent.events gevent.lock gevent.monkey gevent.monkey._patch_thread_common
        gevent.monkey._patch_thread_lt313 gevent.pool gevent.pywsgi gevent.queue gevent.resolver.thread gevent.select
        gevent.selectors gevent.server gevent.signal gevent.socket gevent.ssl gevent.subprocess gevent.threading
        gevent.threadpool gevent.time zope.event {FLASK}
    """,
    "dash": f"dash dash.dash_table plotly.express plotly.io plotly.graph_objects pandas {FLASK}",
    "streamlit": f"""
        {STARLETTE} streamlit streamlit.starlette streamlit.web.bootstrap pandas pyarrow numpy
        altair anyio._core._fileio streamlit.dataframe.lazy_df_adapters streamlit.runtime.agent.interaction
        streamlit.runtime.agent.mcp streamlit.runtime.agent.snapshot streamlit.runtime.agent.widget_values
        streamlit.runtime.agent.widget_writes streamlit.web.server.starlette.starlette_agent_routes
    """,
}

OURS = __name__.partition(".")[0]
HUGE_PAGE = 2 * 1024 * 1024
MADV_COLLAPSE = 25
THREAD_STACK_BYTES = 1024 * 1024
THREAD_END_SECONDS = 5
REHEARSAL_SECONDS = 30


def request_of(method: str, target: str, body: bytes = b"") -> bytes:
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nConnection: close\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


# What a throw-away app is asked: with and without an answer, with what does and does not fit, and to fail.
REQUESTS = (
    request_of("GET", "/"),
    request_of("GET", "/nothing?a=1"),
    request_of("POST", "/items/1", b'{"name": "cup", "price": 1.5, "tags": ["a"]}'),
    request_of("POST", "/items/1", b'{"price": "x"}'),
    request_of("DELETE", "/"),
    request_of("GET", "/boom"),
)


def preload(profile: str) -> None:
    """Import and exercise what programs of *profile* need (of an unknown one what plain Python needs), then freeze it.

    Afterwards the process may be forked, and each child must call after_fork().
    """
    if profile not in MODULES:
        profile = "python"
    gc.disable()  # no collection in between: what it frees would be holes that every child fills, by copying pages
    with silence():
        for name in COMMON.split() + MODULES[profile].split():
            load(name)
        cache_distributions()
        prepare = PREPARATIONS.get(profile)
        if prepare is not None:
            with contextlib.suppress(Exception):
                prepare()
        with contextlib.suppress(Exception):  # after a change of a framework: slower, but as right as before
            rehearse(profile)
        inspect.stack()  # it looks up the file of every module, once: Sanic wants its source
    gc.collect()
    gc.freeze()
    gc.enable()
    collapse_pages()


def collapse_pages() -> None:
    """Have the kernel keep what is in memory now in pages of 2 MiB, where it can (Linux 6.1 and later).

    A fork and the end of a child take time for each page: for Dash with pandas half as long like this. What a child
    changes is still copied in pages of 4 KiB.
    """
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps") as file:
        mappings = [line.split() for line in file]
    for addresses, permissions, _, _, _, *name in mappings:
        if permissions == "rw-p" and name in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            for place in range(-(-start // HUGE_PAGE) * HUGE_PAGE, end - HUGE_PAGE + 1, HUGE_PAGE):
                madvise(place, HUGE_PAGE, MADV_COLLAPSE)  # refused for a place where nothing is yet


def after_fork() -> None:
    """Give this child what it must not share with its siblings, and the time at which it began."""
    logging._startTime = time.time()  # type: ignore[attr-defined]  # what %(relativeCreated)d counts from
    process = sys.modules.get("multiprocessing.process")
    if process is not None:
        process.current_process().authkey = os.urandom(32)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # the standard library's generator takes care of itself


def forget(paths: Iterable[str]) -> None:
    """Unload what a cold start would not have found, because a file of the learner's comes first on the path.

    *paths* are the learner's files, relative to the work folder. The standard library stays, as it would where it has
    been imported before; so does what a folder without an __init__.py is named like, which never comes first.
    """
    for path in paths:
        name = path.removesuffix("/__init__.py") if path.endswith("/__init__.py") else path.removesuffix(".py")
        if name != path and name in sys.modules and name not in sys.stdlib_module_names and name != OURS:
            forget_package(name)


def forget_package(package: str) -> None:
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
        del sys.modules[name]


def load(name: str) -> ModuleType | None:
    """The module, or None where this environment lacks it: then it is as slow as it would be cold."""
    try:
        return importlib.import_module(name)
    except Exception:
        return None


def cache_distributions() -> None:
    """Scan the installed packages once: gevent asks for all entry points 25 times, Werkzeug for its version."""
    metadata: Any = importlib.import_module("importlib.metadata")
    select = functools.cache(metadata.entry_points().select)
    metadata.entry_points = functools.wraps(metadata.entry_points)(lambda **choice: select(**choice))
    metadata.version = functools.wraps(metadata.version)(functools.cache(metadata.version))


def rehearse(profile: str) -> None:
    """Exercise a throw-away app of *profile* as a child will its own, so that what is compiled or cached late is."""
    warm_up = WARM_UPS.get(profile)
    if warm_up is not None:
        with unnoticed():
            contextvars.copy_context().run(warm_up)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Nothing is printed meanwhile, not even by handlers that have kept a stream or by libraries written in C."""
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, number)
        for descriptor in (*kept, nowhere):
            os.close(descriptor)


@contextlib.contextmanager
def unnoticed() -> Iterator[None]:
    """Undo in what learners can see: loggers, variables, sys.path, the main module, the policy of event loops."""
    manager = logging.Logger.manager
    loggers = dict(manager.loggerDict)
    states = [
        (one, one.level, bool(one.handlers), one.propagate, one.disabled)
        for one in (logging.getLogger(), *loggers.values())
        if isinstance(one, logging.Logger)
    ]
    environment, path, main = dict(os.environ), sys.path[:], sys.modules["__main__"]
    try:
        yield
    finally:
        sys.path[:], sys.modules["__main__"] = path, main
        for name in set(manager.loggerDict) - set(loggers):
            if not is_module_logger(name):
                del manager.loggerDict[name]
        for logger, level, has_handlers, propagate, disabled in states:
            logger.setLevel(level)
            if not has_handlers:
                logger.handlers.clear()
            logger.propagate, logger.disabled = propagate, disabled
        os.environ.clear()
        os.environ.update(environment)
        asyncio = sys.modules.get("asyncio")
        if asyncio is not None:
            asyncio.set_event_loop_policy(None)


def is_module_logger(name: str) -> bool:
    return name.partition(".")[0] in sys.modules


def rehearse_wsgi(app: Any) -> None:
    """Werkzeug's server without its accepting loop, which would need a thread: one request after the other."""
    werkzeug: Any = importlib.import_module("werkzeug.serving")
    with socket.socket() as unbound:
        server = werkzeug.make_server(serving.HOST, serving.PORT, app, threaded=True, fd=unbound.fileno())
    try:
        for request in REQUESTS:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                ours.sendall(request)
                ours.shutdown(socket.SHUT_WR)
                server.RequestHandlerClass(theirs, ("127.0.0.1", 40000), server)
    finally:
        server.server_close()
        internal: Any = sys.modules["werkzeug._internal"]
        if internal._logger is not None:  # it looks how logging is set up before it logs for the first time, not later
            internal._logger.handlers.clear()
            internal._logger.setLevel(logging.NOTSET)
            internal._logger = None


def rehearse_asyncio(
    serving_on: Callable[[socket.socket], AbstractAsyncContextManager[None]], requests: Iterable[bytes] = REQUESTS
) -> None:
    """Send *requests* to what *serving_on* serves on a socket, in a loop that ends with them.

    Not in uvloop's: libuv keeps a pipe for signals, which it closes by number in each child, whatever is there by then.
    """
    asyncio: Any = importlib.import_module("asyncio")

    async def run() -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("")  # an abstract name that the kernel chooses
            listener.listen()
            listener.setblocking(False)
            async with asyncio.timeout(REHEARSAL_SECONDS), serving_on(listener):
                for request in requests:
                    await exchange(asyncio.get_running_loop(), listener.getsockname(), request)

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(run())


async def exchange(loop: Any, address: Any, request: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        await loop.sock_connect(client, address)
        await loop.sock_sendall(client, request)
        while await loop.sock_recv(client, 65536):
            pass


def rehearse_asgi(app: Any, requests: Iterable[bytes] = REQUESTS) -> None:
    """uvicorn from its configuration on, without its handling of signals."""
    uvicorn: Any = importlib.import_module("uvicorn")

    @contextlib.asynccontextmanager
    async def serve(listener: socket.socket) -> AsyncIterator[None]:
        config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="auto")
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        yield
        await server.shutdown()

    rehearse_asyncio(serve, requests)


def flask_app() -> Any:
    flask: Any = importlib.import_module("flask")
    app = flask.Flask("rehearsal")

    def index() -> Any:
        return {"message": "hello"}

    def page(name: str) -> Any:
        return flask.render_template_string("{% for one in name %}{{ one }}{% endfor %}", name=name)

    def create(number: int) -> Any:
        item = flask.request.get_json()
        if "name" not in item:
            flask.abort(422)
        return flask.jsonify({"id": number, **item}), 201

    app.get("/")(index)
    app.get("/page/<name>")(page)
    app.post("/items/<int:number>")(create)
    app.get("/boom")(boom)
    return app


def boom(*_: Any) -> Any:
    raise KeyError("lost")


async def async_boom(*_: Any) -> Any:
    raise KeyError("lost")


def rehearse_flask() -> None:
    rehearse_wsgi(flask_app())


def rehearse_gevent() -> None:
    """Flask without a server: gevent's would start its loop, Werkzeug's would load ssl before the patch."""
    client = flask_app().test_client()
    client.get("/")
    client.get("/nothing")
    client.get("/page/cup")
    client.post("/items/1", json={"name": "cup"})
    client.get("/boom")


def rehearse_server() -> None:
    """Without a framework; or with Django, whose views would need settings, and those are the learner's."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    rehearse_wsgi(app)


def rehearse_starlette() -> None:
    applications: Any = importlib.import_module("starlette.applications")
    responses: Any = importlib.import_module("starlette.responses")
    routing: Any = importlib.import_module("starlette.routing")

    async def index(request: Any) -> Any:
        return responses.JSONResponse({"message": "hello"})

    async def create(request: Any) -> Any:
        return responses.JSONResponse(await request.json(), status_code=201)

    routes = [
        routing.Route("/", index),
        routing.Route("/items/{number:int}", create, methods=["POST"]),
        routing.Route("/boom", async_boom),
    ]
    rehearse_asgi(applications.Starlette(routes=routes))


def rehearse_fastapi() -> None:
    fastapi: Any = importlib.import_module("fastapi")
    pydantic: Any = importlib.import_module("pydantic")
    item = pydantic.create_model("Item", name=(str, ...), price=(float, pydantic.Field(gt=0)), tags=(list[str], []))
    app = fastapi.FastAPI()

    async def index() -> dict[str, str]:
        return {"message": "hello"}

    async def create(number: int, item: Any, limit: int = 10) -> Any:
        if limit > 100:
            raise fastapi.HTTPException(404, "too many")
        return item

    create.__annotations__["item"] = item
    app.get("/")(index)
    app.post("/items/{number}", status_code=201, response_model=item)(create)
    app.get("/boom")(async_boom_without_arguments)
    app.openapi()
    rehearse_asgi(app)


async def async_boom_without_arguments() -> Any:
    raise KeyError("lost")


def rehearse_pyramid() -> None:
    config_module: Any = importlib.import_module("pyramid.config")

    def index(request: Any) -> Any:
        return {"message": "hello"}

    def create(request: Any) -> Any:
        return request.json_body

    with config_module.Configurator() as config:
        for name, path, view in (("index", "/", index), ("item", "/items/{number}", create), ("boom", "/boom", boom)):
            config.add_route(name, path)
            config.add_view(view, route_name=name, renderer="json")
        app = config.make_wsgi_app()
    rehearse_wsgi(app)
    config_module.global_registries.remove(app.registry)


def rehearse_aiohttp() -> None:
    web: Any = importlib.import_module("aiohttp.web")

    async def index(request: Any) -> Any:
        return web.json_response({"message": "hello"})

    async def create(request: Any) -> Any:
        return web.json_response(await request.json(), status=201)

    @contextlib.asynccontextmanager
    async def serve(listener: socket.socket) -> AsyncIterator[None]:
        app = web.Application()
        app.add_routes(
            [web.get("/", index), web.post("/items/{number}", create), web.get("/boom", async_boom)],
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        yield
        await runner.cleanup()

    rehearse_asyncio(serve)


def prepare_sanic() -> None:
    """Rewriting its own methods, to save some checks in each request, takes longer than all the requests of a job."""
    config: Any = importlib.import_module("sanic.config")
    config.DEFAULT_CONFIG["TOUCHUP"] = False


def rehearse_sanic() -> None:
    sanic: Any = importlib.import_module("sanic")
    protocol: Any = importlib.import_module("sanic.server.protocols.http_protocol")
    runners: Any = importlib.import_module("sanic.server.runners")
    signal: Any = importlib.import_module("sanic.models.server_types")
    app = sanic.Sanic("rehearsal")

    async def index(request: Any) -> Any:
        return sanic.json({"message": "hello"})

    async def create(request: Any, number: int) -> Any:
        return sanic.json(request.json, status=201)

    app.get("/")(index)
    app.post("/items/<number:int>")(create)
    app.get("/boom")(async_boom)

    @contextlib.asynccontextmanager
    async def serve(listener: socket.socket) -> AsyncIterator[None]:
        loop = importlib.import_module("asyncio").get_running_loop()
        await app._startup()
        await app._server_event("init", "before", loop=loop)
        kwargs = runners._build_protocol_kwargs(protocol.HttpProtocol, app.config)
        kwargs.update(loop=loop, connections=set(), signal=signal.Signal(), app=app, state={}, unix=None)
        server = await loop.create_server(functools.partial(protocol.HttpProtocol, **kwargs), sock=listener)
        yield
        server.close()

    try:
        rehearse_asyncio(serve)
    finally:
        sanic.Sanic.unregister_app(app)


def rehearse_tornado() -> None:
    web: Any = importlib.import_module("tornado.web")
    httpserver: Any = importlib.import_module("tornado.httpserver")

    class Index(web.RequestHandler):  # type: ignore[misc]
        def get(self) -> None:
            self.write({"message": "hello"})

    class Items(web.RequestHandler):  # type: ignore[misc]
        def post(self, number: str) -> None:
            self.write(self.request.body)

    class Boom(web.RequestHandler):  # type: ignore[misc]
        async def get(self) -> None:
            raise KeyError("lost")

    @contextlib.asynccontextmanager
    async def serve(listener: socket.socket) -> AsyncIterator[None]:
        app = web.Application([("/", Index), (r"/items/(\d+)", Items), ("/boom", Boom)])
        server = httpserver.HTTPServer(app)
        server.add_socket(listener)
        yield
        server.stop()
        await server.close_all_connections()

    rehearse_asyncio(serve)


def prepare_dash() -> None:
    """Look for plugins among the installed packages, and not again for each app.

    Dash() without a name asks inspect.stack() who calls, which looks at every module and so copies most of them.
    """
    hooks: Any = importlib.import_module("dash._hooks")
    hooks.HooksManager.register_setuptools()
    hooks.HooksManager._registered = True
    application: Any = importlib.import_module("dash.dash")
    application.get_caller_name = name_of_caller


def name_of_caller() -> Any:
    """The `__name__` of the innermost module that is being executed, as Dash finds it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            return frame.f_locals.get("__name__", "__main__")
        frame = frame.f_back
    return "__main__"


def rehearse_dash() -> None:
    dash: Any = importlib.import_module("dash")
    express: Any = importlib.import_module("plotly.express")
    app = dash.Dash("rehearsal")
    app.layout = dash.html.Div([dash.dcc.Dropdown(["a", "b"], "a", id="choice"), dash.dcc.Graph(id="chart")])

    def chart(choice: str) -> Any:
        return express.bar({"x": [1, 2], "y": [3, 4]}, x="x", y="y", title=choice)

    app.callback(dash.Output("chart", "figure"), dash.Input("choice", "value"))(chart)
    client = app.server.test_client()
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/nothing"):
        client.get(path)
    update = {
        "output": "chart.figure",
        "outputs": {"id": "chart", "property": "figure"},
        "inputs": [{"id": "choice", "property": "value", "value": "a"}],
        "changedPropIds": ["choice.value"],
    }
    client.post("/_dash-update-component", json=update)
    rehearse_wsgi(app.server)
    current: Any = importlib.import_module("dash._get_app")
    current.APP = None


def prepare_streamlit() -> None:
    """The options, which are the same in every child, and the components, which are those that are installed."""
    streamlit_app.set_options()
    scanner: Any = importlib.import_module("streamlit.components.v2.manifest_scanner")
    found = scanner.scan_component_manifests()
    scanner.scan_component_manifests = functools.wraps(scanner.scan_component_manifests)(lambda *_, **__: list(found))


def rehearse_streamlit() -> None:
    """A script that is asked for once, with the runtime that is a process's only one."""
    starlette: Any = importlib.import_module("streamlit.starlette")
    runtime: Any = importlib.import_module("streamlit.runtime.runtime")
    config: Any = importlib.import_module("streamlit.config")
    size = threading.stack_size(THREAD_STACK_BYTES)  # the C library keeps the stack for the next thread
    try:
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "rehearsal.py")
            with open(script, "w") as file:
                file.write(STREAMLIT_SCRIPT)
            interact = request_of("POST", "/_stcore/agent/interact", b"{}")
            rehearse_asgi(starlette.App(script), (request_of("GET", "/"), interact))
    finally:
        threading.stack_size(size)
        runtime.Runtime._instance = None
        config._server_mode = None
        tempfile._name_sequence = None  # type: ignore[attr-defined]  # or all children would draw the same names
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join(THREAD_END_SECONDS)


STREAMLIT_SCRIPT = """
import pandas as pd
import streamlit as st

st.set_page_config(page_title="Rehearsal", layout="wide")
st.title("Rehearsal")
region = st.sidebar.selectbox("Region", ["North", "South"], key="region")
least = st.slider("Least", 0, 10, 2, key="least")
data = pd.DataFrame({"month": ["a", "b", "c"], "sales": [1, 2, 3], "region": ["North", "South", "North"]})
chosen = data[(data["region"] == region) & (data["sales"] >= least)]
left, right = st.columns(2)
left.metric("Total", int(data["sales"].sum()), "5%")
right.dataframe(chosen)
st.bar_chart(data, x="month", y="sales")
st.line_chart(data.set_index("month")["sales"])
if st.button("Go", key="go"):
    st.session_state["count"] = st.session_state.get("count", 0) + 1
st.write("Rows", len(chosen), chosen)
st.markdown("**done**")
with st.expander("More"):
    st.text_input("Name", key="name")
    st.checkbox("Yes", key="yes")
"""


# What is left for the children to find,
PREPARATIONS: dict[str, Callable[[], None]] = {
    "sanic": prepare_sanic,
    "dash": prepare_dash,
    "streamlit": prepare_streamlit,
}
# and what is done for its traces in caches only.
WARM_UPS: dict[str, Callable[[], Any]] = {
    "python": rehearse_server,
    "flask": rehearse_flask,
    "django": rehearse_server,
    "fastapi": rehearse_fastapi,
    "starlette": rehearse_starlette,
    "pyramid": rehearse_pyramid,
    "aiohttp": rehearse_aiohttp,
    "sanic": rehearse_sanic,
    "tornado": rehearse_tornado,
    "gevent": rehearse_gevent,
    "dash": rehearse_dash,
    "streamlit": rehearse_streamlit,
}
