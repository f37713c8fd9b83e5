"""Programs as their frameworks' documentation writes them: nobody changed them so that they can be judged."""

import itertools
import re
from dataclasses import replace

import pytest

from sandbox import Detail, Ending, HttpProbe, Job, Limits, judge, listening
from sandbox.harness.inspecting import binds_app
from sandbox.job import MIB
from sandbox.tests.programs import SCRIPTS, job

# What each script answers, and where. All but Streamlit's, which never serves itself.
ANSWERS = {
    "aiohttp": ("/", "Hello, world"),
    "dash": ("/_dash-layout", "Hello Dash"),
    "django": ("/", "You're at the polls index."),
    "fastapi": ("/", '{"message":"Hello World"}'),
    "flask": ("/", "<p>Hello, World!</p>"),
    "gevent": ("/", "Hello, gevent!"),
    "pyramid": ("/", "Hello World!"),
    "python": ("/", "Hello, world"),
    "sanic": ("/", "Hello, world."),
    "starlette": ("/", "Hello, world!"),
    "tornado": ("/", "Hello, world"),
}


def test_there_is_a_script_for_every_framework():
    assert sorted(path.stem for path in SCRIPTS.glob("*.py")) == sorted([*ANSWERS, "streamlit"])


@pytest.mark.parametrize("name", ["app", "application"])
@pytest.mark.parametrize("framework", ANSWERS)
def test_a_script_of_the_documentation_answers(framework, name):
    """Under its own name the app is found and served; under another the script has to be run, and serves itself."""
    path, text = ANSWERS[framework]
    source = re.sub(r"\bapp\b", name, (SCRIPTS / f"{framework}.py").read_text())

    report = judge(job(source, path, path, framework=framework))

    assert [(o.status, o.error) for o in report.observations] == [(200, "")] * 2, report.stderr.decode()
    assert all(text in o.body.decode() for o in report.observations)
    assert report.ending is Ending.FINISHED
    assert report.usage.memory_bytes < 16 * MIB


HELLO = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [environ["HTTP_HOST"].encode()]
"""
HELLO_ASGI = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": dict(scope["headers"])[b"host"]})
"""
HANDLER = """
from http.server import *
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())
"""


@pytest.mark.parametrize(
    ("source", "port"),
    [
        (HELLO + "from wsgiref.simple_server import *\nmake_server('', 8000, app).serve_forever()", 8000),
        (HELLO + "import waitress; waitress.serve(app, listen='*:8080')", 8080),
        (HELLO + "from gevent.pywsgi import *\nWSGIServer(':8050', app).serve_forever()", 8050),
        (HELLO + "from werkzeug.serving import *\nrun_simple('::', 5000, app, use_reloader=True)", 5000),
        (HELLO_ASGI + "import uvicorn; uvicorn.run(app, port=8888)", 8888),
        (HELLO_ASGI + "import uvicorn; uvicorn.run('main:app', port=8888, workers=2)", 8888),
        (HANDLER + "ThreadingHTTPServer(('localhost', 6543), Handler).serve_forever()", 6543),
        (
            HANDLER + "import threading\napp = HTTPServer(('', 5000), Handler)\n"
            "if __name__ != '__main__': threading.Thread(target=app.serve_forever).run()",
            5000,
        ),
        (
            HANDLER
            + "import threading\nthreading.Thread(target=HTTPServer(('', 8080), Handler).serve_forever).start()",
            8080,
        ),
        (
            HANDLER + "import threading\napp = print\n"
            "threading.Thread(target=HTTPServer(('', 8000), Handler).serve_forever, daemon=True).start()",
            8000,
        ),
        (
            HANDLER + "import socket\nother = socket.create_server(('', 5000))\n"
            "HTTPServer(('', 8000), Handler).serve_forever()",
            8000,
        ),
        (
            HANDLER + "import multiprocessing\n"
            "multiprocessing.Process(target=HTTPServer(('', 8080), Handler).serve_forever).start()",
            8080,
        ),
    ],
)
def test_a_program_is_asked_where_it_listens(source, port):
    report = judge(job(source, framework="python"))

    assert report.ending is Ending.FINISHED, report.stderr.decode()
    assert [observation.body.decode() for observation in report.observations] == [f"localhost:{port}"]


@pytest.mark.parametrize(("times", "ending"), [(1, Ending.FINISHED), (3, Ending.FINISHED), (4, Ending.NOT_READY)])
def test_a_port_that_was_open_in_passing_is_not_taken_for_the_programs(monkeypatch, times, ending):
    """On a machine that stalls, two looks in a row find a port that is closed when the request comes."""
    looks = itertools.count()
    look = listening.port_of

    def port_of(proc):
        number = next(looks)
        return 8888 if number < 3 * times and number % 3 < 2 else look(proc)  # two looks, and one after the refusal

    monkeypatch.setattr(listening, "port_of", port_of)

    report = judge(job(HANDLER + "HTTPServer(('', 5000), Handler).serve_forever()", framework="python"))

    assert report.ending is ending
    assert [one.error for one in report.observations] == ["refused" if ending is Ending.NOT_READY else ""]


GEVENT = HELLO + "from gevent.pywsgi import WSGIServer\n"


@pytest.mark.parametrize(
    ("last_lines", "ending"),
    [
        ("if __name__ == '__main__': WSGIServer(('', 8000), app).serve_forever()", Ending.FINISHED),
        ("WSGIServer(('', 8000), app).serve_forever()", Ending.FINISHED),
        ("server = WSGIServer(('', 8000), app); server.start()\nimport gevent; gevent.wait()", Ending.FINISHED),
        ("WSGIServer(('', 5000), app).serve_forever()", Ending.NOT_READY),
        ("WSGIServer(('', 8000), app).start()", Ending.EXITED),
        ("", Ending.EXITED),
    ],
)
def test_a_program_that_must_serve_does_so_by_itself_on_our_port(last_lines, ending):
    report = judge(replace(job(GEVENT + last_lines, framework="gevent"), must_serve=True))

    assert report.ending is ending, report.stderr.decode()


def test_a_script_runs_as_python_would_run_it():
    source = """
import pickle, sys, __main__
from dataclasses import dataclass
@dataclass
class Point: x: int
assert __name__ == "__main__" and __main__.Point is Point and "main" not in sys.modules
assert (__file__, __builtins__) == ("/work/main.py", sys.modules["builtins"])
assert __spec__ is __package__ is __doc__ is None
assert sys.path[0] == "/work" and not any("fieldguide" in path for path in sys.path)
assert pickle.loads(pickle.dumps(Point(1))) == Point(1)
print(sys.argv)
from http.server import *
HTTPServer(("", 8000), BaseHTTPRequestHandler).serve_forever()
"""
    report = judge(
        Job(
            kind="http",
            framework="python",
            files={"shop/run.py": b"", "main.py": source.encode()},
            probes=[HttpProbe("GET", "/")],
            arguments=["--name", "caf\u00e9"],
        )
    )

    assert report.stdout.decode() == "['main.py', '--name', 'caf\u00e9']\n", report.stderr.decode()
    assert [observation.status for observation in report.observations] == [501]


@pytest.mark.parametrize(
    ("source", "ending", "detail"),
    [
        ("print('done')", Ending.NOT_READY, Detail(reason="no_app")),
        (
            "import flask\ndef main():\n    print('nothing')\nserver = flask.Flask('x')\nmain()",
            Ending.NOT_READY,
            Detail(reason="no_app", message="server"),
        ),
        (
            HANDLER + "server = HTTPServer(('', 8000), Handler)\nserver.handle_request()",
            Ending.EXITED,
            Detail(reason="exited", exit_code=0),
        ),
        (
            HANDLER + "HTTPServer(('', 8000), Handler).handle_request()\nimport sys; sys.exit('enough')",
            Ending.EXITED,
            Detail(
                reason="exited",
                exception="SystemExit",
                message="enough",
                file="main.py",
                line=9,
                source="import sys; sys.exit('enough')",
                exit_code=1,
            ),
        ),
        (
            HANDLER + "HTTPServer(('', 8000), Handler).handle_request()\n{}['key']",
            Ending.EXITED,
            Detail(
                reason="exception",
                exception="KeyError",
                message="'key'",
                file="main.py",
                line=9,
                source="{}['key']",
                exit_code=1,
            ),
        ),
        (
            HANDLER + "HTTPServer(('', 8000), Handler).handle_request()\nimport os; os.kill(os.getpid(), 9)",
            Ending.SIGNALLED,
            Detail(signal="SIGKILL"),
        ),
        (
            "import socket; socket.create_server(('', 8000)); socket.create_server(('', 5000), reuse_port=True)\n1 / 0",
            Ending.EXITED,
            Detail(
                reason="exception",
                exception="ZeroDivisionError",
                message="division by zero",
                file="main.py",
                line=2,
                source="1 / 0",
                exit_code=1,
            ),
        ),
        (
            "import uvicorn\nasync def application(scope, receive, send): raise KeyError(scope['type'])\n"
            "uvicorn.run(application, lifespan='on')",
            Ending.EXITED,
            Detail(
                reason="exited",
                exception="SystemExit",
                message="3",
                file="main.py",
                line=3,
                source="uvicorn.run(application, lifespan='on')",
                exit_code=3,
            ),
        ),
    ],
)
def test_the_end_of_a_program_that_serves_itself_is_explained(source, ending, detail):
    report = judge(job(source, "/", "/", framework="python"))

    assert (report.ending, report.detail) == (ending, detail), report.stderr.decode()


def test_a_program_that_never_listens_is_timed_out():
    report = judge(job("import time; time.sleep(100)", framework="python", wall_seconds=1))

    assert (report.ending, report.observations) == (Ending.TIMED_OUT, ())


def test_an_app_that_was_not_seen_coming_is_served_all_the_same():
    report = judge(job("globals()['a' + 'pp'] = lambda e, start: (start('200 OK', []), [__name__.encode()])[1]"))

    assert [observation.body for observation in report.observations] == [b"__main__"]


@pytest.mark.parametrize(
    ("source", "binds"),
    [
        ("app = 1", True),
        ("app: int = 1", True),
        ("app: int", False),
        ("(x, [*app]) = 1, [2]", True),
        ("x.app = 1", False),
        ("x['app'] = 1", False),
        ("print(app := 1)", True),
        ("[app := x for x in y]", True),
        ("[app for app in y]", False),
        ("lambda: (app := 1)", False),
        ("from shop import app", True),
        ("from shop import application as app", True),
        ("from shop import app as application", False),
        ("from shop import *", True),
        ("from .shop import *", True),
        ("from folder.shop import *", True),
        ("from folder import *", False),
        ("from round import *", True),
        ("from flask import *", False),
        ("import app", False),
        ("def app(environ, start_response): pass", True),
        ("async def app(scope, receive, send): pass", True),
        ("class app: pass", True),
        ("def make():\n    app = 1", False),
        ("def make():\n    global app\n    app = 1", True),
        ("class Shop:\n    app = 1", False),
        ("if x:\n    pass\nelse:\n    app = 1", True),
        ("try:\n    app = 1\nexcept E:\n    pass", True),
        ("try:\n    pass\nexcept E:\n    app = 1", True),
        ("with x as app:\n    pass", True),
        ("with x:\n    app = 1", True),
        ("for app in x:\n    pass", True),
        ("match x:\n    case {'a': app}:\n        pass", True),
        ("match x:\n    case [*app]:\n        pass", True),
        ("match x:\n    case {**app}:\n        pass", True),
        ("if __name__ == '__main__':\n    app = 1", False),
        ("if '__main__' == __name__:\n    app = 1", False),
        ("if __name__ != '__main__':\n    app = 1", True),
        ("if __name__ == '__main__':\n    pass\nelse:\n    app = 1", True),
        ("print(app)", False),
        ("app.run()", False),
        ("def broken(:", True),
        ("x = '\0'", True),
    ],
)
def test_whether_a_file_has_an_app_is_seen_without_running_it(tmp_path, source, binds):
    (tmp_path / "folder").mkdir()
    for name, text in {
        "main.py": source,
        "shop.py": "app = 1",
        "folder/__init__.py": "",
        "folder/shop.py": "from ..shop import *",
        "round.py": "from round import *",
    }.items():
        (tmp_path / name).write_text(text)
    path = tmp_path / "main.py"

    assert binds_app(str(path)) is binds


def test_a_script_in_a_folder_imports_what_stands_beside_it():
    files = {
        "shop/main.py": HANDLER + "import prices\nHTTPServer(('', 8000), Handler).serve_forever()",
        "shop/prices.py": "",
    }
    probes = [HttpProbe("GET", "/")]

    report = judge(
        Job(
            kind="http",
            framework="python",
            files={path: text.encode() for path, text in files.items()},
            entry="shop/main.py",
            probes=probes,
        )
    )

    assert [observation.status for observation in report.observations] == [200], report.stderr.decode()


def test_limits_hold_for_a_program_that_serves_itself():
    source = HANDLER.replace("self.send_response(200)", "x = bytearray(10**10)") + "HTTPServer(('', 8000), Handler)"
    report = judge(
        Job(
            kind="http",
            framework="python",
            files={"main.py": (source + ".serve_forever()").encode()},
            probes=[HttpProbe("GET", "/")],
            limits=Limits(),
        )
    )

    assert report.ending is Ending.MEMORY_EXCEEDED
