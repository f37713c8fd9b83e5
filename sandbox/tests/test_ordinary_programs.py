"""What learners' programs may rightly do works: the walls take away nothing that the frameworks or the lessons need."""

import pytest

from sandbox import Ending, judge
from sandbox.tests.programs import job

ANSWER = """

def app(environ, start_response):
    start_response("200 OK", [])
    return [str(result).encode()]
"""

PROGRAMS = {
    "a database": (
        """
import sqlite3
connection = sqlite3.connect("db")
connection.execute("create table t (n)")
connection.execute("insert into t values (1)")
result = connection.execute("select n from t").fetchone()
""",
        "(1,)",
    ),
    "another program": (
        "import subprocess, sys; "
        "result = subprocess.run([sys.executable, '-c', 'print(\"hi\")'], capture_output=True).stdout.strip()",
        "b'hi'",
    ),
    "another Python": (
        "import subprocess, sys; result = subprocess.check_output([sys.executable, '-c', 'import flask; print(7)'])",
        r"b'7\n'",
    ),
    "processes": (
        """
from multiprocessing import Process, Queue
queue = Queue()
process = Process(target=queue.put, args=(5,))
process.start()
result = queue.get()
process.join()
""",
        "5",
    ),
    "a pool of threads": (
        "from multiprocessing.pool import ThreadPool; result = ThreadPool(8).map(abs, [-1, -2])",
        "[1, 2]",
    ),
    "twenty threads": (
        """
import threading, time
threads = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(20)]
for thread in threads: thread.start()
result = "started"
""",
        "started",
    ),
    "asyncio": ("import asyncio; result = asyncio.run(asyncio.sleep(0, 'slept'))", "slept"),
    "uvloop": ("import asyncio, uvloop; result = uvloop.run(asyncio.sleep(0, 'slept'))", "slept"),
    "a temporary file": ("import tempfile; result = tempfile.NamedTemporaryFile().write(b'x' * 1000)", "1000"),
    "copying": ("import os, shutil; shutil.copy2('main.py', 'b'); result = sorted(os.listdir())", "['b', 'main.py']"),
    "user and home": (
        "import getpass, pathlib; result = f'{getpass.getuser()} {pathlib.Path.home()} {pathlib.Path.cwd()}'",
        "learner /work /work",
    ),
    "host names": (
        "import socket; result = socket.gethostbyname('localhost'), socket.gethostbyname(socket.gethostname())",
        "('127.0.0.1', '127.0.0.1')",
    ),
    "time zones": (
        "import zoneinfo; result = zoneinfo.ZoneInfo('Europe/Berlin')",
        "Europe/Berlin",
    ),
    "media types": ("import mimetypes; result = mimetypes.guess_type('a.woff2')", "('font/woff2', None)"),
    "numbers": ("import numpy, pandas; result = pandas.Series(numpy.arange(4)).sum()", "6"),
    "itself": (
        "import sys; result = sys.prefix, sys.argv, __name__, __file__",
        "('/opt/learner', ['main.py'], 'main', '/work/main.py')",
    ),
    "the standard library": (
        "import ctypes, curses, decimal, lzma, readline, ssl; result = bool(ssl.create_default_context())",
        "True",
    ),
    "recursion": (
        """
def deeper():
    deeper()
try:
    deeper()
except RecursionError:
    result = "caught"
""",
        "caught",
    ),
}


@pytest.mark.parametrize(("source", "result"), PROGRAMS.values(), ids=PROGRAMS)
def test_ordinary_program_works(source, result):
    report = judge(job(source + ANSWER))

    assert report.ending is Ending.FINISHED, (report.detail, report.stderr.decode())
    assert [observation.body.decode() for observation in report.observations] == [result]


ASGI = """
async def serve(status, scope, receive, send):
    if scope["type"] == "lifespan":
        raise NotImplementedError
    await send({"type": "http.response.start", "status": status})
    await send({"type": "http.response.body", "body": b""})
"""
APPS = {
    "flask that runs itself": (
        """
from flask import Flask
app = Flask("x")
@app.get("/")
def index(): return "hi"
app.run(debug=True)
""",
        200,
    ),
    "a bare ASGI function": (
        """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 201})
    await send({"type": "http.response.body", "body": b""})
""",
        201,
    ),
    "a WSGI function with an argument given": (
        """
from functools import partial
def serve(status, environ, start_response):
    start_response(status, [])
    return [b""]
app = partial(partial(serve), "203 X")
""",
        203,
    ),
    "a WSGI lambda": ("app = lambda environ, start_response: [start_response('204 X', []), b''][1:]", 204),
    "an ASGI function with an argument given": (
        ASGI
        + """
from functools import partial
app = partial(partial(serve), 211)
""",
        211,
    ),
    "an ASGI function with a named argument given": (
        """
from functools import partial
from starlette.responses import Response
async def serve(scope, receive, send, *, status):
    await Response(status_code=status)(scope, receive, send)
app = partial(serve, status=212)
""",
        212,
    ),
    "an ASGI lambda": (ASGI + "app = lambda scope, receive, send: serve(213, scope, receive, send)", 213),
    "an ASGI function that is no coroutine function": (
        ASGI
        + """
def app(scope, receive, send):
    return serve(214, scope, receive, send)
""",
        214,
    ),
    "an object that is an ASGI app": (
        ASGI
        + """
class App:
    async def __call__(self, *args):
        await serve(215, *args)
app = App()
""",
        215,
    ),
    "an object whose call gives what is to be awaited": (
        ASGI
        + """
class App:
    def __call__(self, scope, receive, send):
        return serve(216, scope, receive, send)
app = App()
""",
        216,
    ),
    "a method that is an ASGI app": (
        ASGI
        + """
class Shop:
    def handle(self, scope, receive, send):
        return serve(217, scope, receive, send)
app = Shop().handle
""",
        217,
    ),
    "an app of Starlette in a middleware": (
        ASGI
        + """
from functools import partial
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Route
app = GZipMiddleware(Starlette(routes=[Route("/", lambda request: Response(status_code=218))]))
""",
        218,
    ),
    "an object that is a WSGI app": (
        """
class App:
    def __call__(self, environ, start_response):
        start_response("202 Accepted", [])
        return [b""]
app = App()
""",
        202,
    ),
}


@pytest.mark.parametrize(("source", "status"), APPS.values(), ids=APPS)
def test_app_is_served_by_what_it_is(source, status):
    report = judge(job(source))

    assert [(o.status, o.error) for o in report.observations] == [(status, "")], report.stderr.decode()


def test_an_app_whose_start_fails_says_why():
    report = judge(
        job(
            """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    raise KeyError("database")
    yield

app = FastAPI(lifespan=lifespan)
"""
        )
    )

    assert (report.ending, report.detail.exit_code, report.observations) == (Ending.EXITED, 3, ())
    assert b"KeyError: 'database'" in report.stderr
