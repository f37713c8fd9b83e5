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
