"""Imports, in a process that learners' processes are forked from, what a program of one framework will need.

Runs in the learners' interpreter, inside, before anything of a learner is there. Nothing may exist afterwards that a
fork does not survive: no thread, no event loop, no socket; and nothing that one program must not find already done: no
settings of Django, no app that Sanic has registered, no patches of gevent. What is exercised here is thrown away.
"""

import contextvars
import gc
import importlib
import sys
import warnings
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

# What the harness, servers and tracebacks import late, and what learners' programs of any kind commonly import.
STANDARD = """
abc argparse asyncio base64 bisect calendar collections.abc concurrent.futures.thread configparser contextlib copy csv
dataclasses datetime decimal difflib email.message email.parser email.policy email.utils encodings.ascii encodings.idna
encodings.latin_1 enum fractions functools getpass glob hashlib heapq hmac html html.parser http.client http.cookies
http.server importlib.metadata importlib.resources inspect io ipaddress itertools json linecache locale
logging.handlers math mimetypes multiprocessing.context numbers operator pathlib pickle platform pprint queue random re
secrets shlex shutil signal socket socketserver sqlite3 ssl statistics string stringprep struct subprocess tempfile
textwrap threading time timeit tokenize traceback types typing typing_extensions unicodedata unittest.mock urllib.parse
urllib.request uuid weakref xml.etree.ElementTree zipfile zlib zoneinfo
"""
WERKZEUG = "werkzeug.serving werkzeug.wrappers werkzeug.exceptions werkzeug.security werkzeug.test"
FLASK = f"flask flask.cli flask.views jinja2.debug jinja2.ext click {WERKZEUG}"
UVICORN = """
uvicorn uvicorn.lifespan.on uvicorn.lifespan.off uvicorn.loops.auto uvicorn.loops.uvloop uvicorn.loops.asyncio
uvicorn.protocols.http.auto uvicorn.protocols.http.httptools_impl uvicorn.protocols.http.h11_impl uvloop httptools
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
    "python": "",
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
    "aiohttp": "aiohttp aiohttp.web",
    "sanic": """
        sanic sanic.exceptions sanic.handlers.directory sanic.response sanic.server.loop sanic.server.runners
        sanic.server.websockets.impl sanic.views sanic.worker.loader uvloop httptools
    """,
    "tornado": "tornado.gen tornado.httpserver tornado.ioloop tornado.platform.asyncio tornado.web tornado.websocket",
    "gevent": f"""
        gevent.event gevent.lock gevent.monkey gevent.pool gevent.pywsgi gevent.queue gevent.select gevent.server
        gevent.socket gevent.ssl gevent.subprocess gevent.threading gevent.threadpool gevent.time {FLASK}
    """,
    "dash": f"dash dash.dash_table plotly.express plotly.io plotly.graph_objects pandas {FLASK}",
    "streamlit": f"""
        {STARLETTE} streamlit streamlit.starlette streamlit.testing.v1 streamlit.web.bootstrap pandas pyarrow numpy
        altair
    """,
}

# Of these a program that patches itself with gevent must load its own, after the patch.
NOT_BEFORE_A_PATCH = {"asyncio", "concurrent.futures.thread", "http.client", "ssl", "urllib.request", "unittest.mock"}


def preload(profile: str) -> None:
    """Import and exercise what programs of *profile* need (an unknown one: the standard library), then freeze it.

    Afterwards the process may be forked, and each child must call after_fork().
    """
    gc.disable()  # no collection in between: what it frees would be holes that every child fills, by copying pages
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in STANDARD.split():
            if profile != "gevent" or name not in NOT_BEFORE_A_PATCH:
                load(name)
        for name in MODULES.get(profile, "").split():
            load(name)
        contextvars.copy_context().run(WARM_UPS.get(profile, nothing))
    gc.collect()
    gc.freeze()
    gc.enable()


def after_fork() -> None:
    """Give this child what it must not share with its siblings."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def forget(names: Iterable[str]) -> None:
    """Unload the third-party top-level modules called *names*, because a file of the learner is called so."""
    for name in names:
        if name in sys.stdlib_module_names:
            continue
        for loaded in [one for one in sys.modules if one == name or one.startswith(name + ".")]:
            del sys.modules[loaded]


def load(name: str) -> ModuleType | None:
    """The module, or None where this environment lacks it: then it is as slow as it would be cold."""
    try:
        return importlib.import_module(name)
    except Exception:
        return None


def nothing() -> None:
    """No warm-up."""


WARM_UPS: dict[str, Callable[[], Any]] = {}
