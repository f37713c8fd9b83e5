"""What is reported of programs that do not simply answer: endings, details, limits, interruption."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox import Detail, Ending, HttpProbe, Interrupted, Job, SandboxUnavailable, cgroup, judge, verify
from sandbox.job import KIB, MIB
from sandbox.level import level
from sandbox.tests.programs import app_job, job

PR_SET_CHILD_SUBREAPER = 36
ROOT = Path(__file__).resolve().parent.parent.parent


def wsgi(*lines):
    """A WSGI app that runs *lines* for each request and answers "done"."""
    return "\n".join(
        [
            "import os, sys, time",
            "def app(environ, start_response):",
            *(f"    {line}" for line in lines),
            "    start_response('200 OK', [])",
            "    return [b'done']",
        ]
    )


def test_a_program_that_has_ended_before_anybody_looked_was_in_its_cgroup(monkeypatch):
    joined = cgroup.Group.is_joined
    monkeypatch.setattr(cgroup.Group, "is_joined", lambda group: time.sleep(0.5) or joined(group))

    report = judge(job("import os\nos._exit(3)"))

    assert (report.ending, report.detail.exit_code) == (Ending.EXITED, 3)


@pytest.mark.parametrize(
    ("source", "ending", "detail"),
    [
        (
            "x = 1\ndef broken(:\n",
            Ending.EXITED,
            Detail(
                reason="syntax_error",
                exception="SyntaxError",
                message="invalid syntax",
                file="main.py",
                line=2,
                column=12,
                source="def broken(:",
                exit_code=1,
            ),
        ),
        (
            "\nimport flusk\n",
            Ending.EXITED,
            Detail(
                reason="import_error",
                exception="ModuleNotFoundError",
                message="No module named 'flusk'",
                file="main.py",
                line=2,
                source="import flusk",
                exit_code=1,
            ),
        ),
        (
            "def f():\n    return {}['key']\nf()",
            Ending.EXITED,
            Detail(
                reason="exception",
                exception="KeyError",
                message="'key'",
                file="main.py",
                line=2,
                source="return {}['key']",
                exit_code=1,
            ),
        ),
        (
            "import sys\nsys.exit(3)",
            Ending.EXITED,
            Detail(
                reason="exited",
                exception="SystemExit",
                message="3",
                file="main.py",
                line=2,
                source="sys.exit(3)",
                exit_code=3,
            ),
        ),
        (
            "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000): raise PermissionError(1, 'no')",
            Ending.EXITED,
            Detail(
                reason="blocked",
                exception="PermissionError",
                message="[Errno 1] no",
                file="main.py",
                line=2,
                source="if ctypes.CDLL(None).unshare(0x10000000): raise PermissionError(1, 'no')",
                exit_code=1,
            ),
        ),
        (
            "import socket\nsocket.create_server(('127.0.0.1', 9100))",
            Ending.EXITED,
            Detail(
                reason="blocked",
                exception="PermissionError",
                message="[Errno 13] Permission denied (while attempting to bind on address ('127.0.0.1', 9100))",
                file="main.py",
                line=2,
                source="socket.create_server(('127.0.0.1', 9100))",
                exit_code=1,
            ),
        ),
        (
            "open('/usr/lib/mine', 'w')",
            Ending.EXITED,
            Detail(
                reason="blocked",
                exception="OSError",
                message="[Errno 30] Read-only file system: '/usr/lib/mine'",
                file="main.py",
                line=1,
                source="open('/usr/lib/mine', 'w')",
                exit_code=1,
            ),
        ),
        (
            "from urllib.request import urlopen\nurlopen('http://203.0.113.7')",
            Ending.EXITED,
            Detail(
                reason="blocked",
                exception="URLError",
                message="<urlopen error [Errno 101] Network is unreachable>",
                file="main.py",
                line=2,
                source="urlopen('http://203.0.113.7')",
                exit_code=1,
            ),
        ),
        (
            "error = OSError(101, 'x')\ntry: raise error\nexcept OSError: raise KeyError('mine')",
            Ending.EXITED,
            Detail(
                reason="exception",
                exception="KeyError",
                message="'mine'",
                file="main.py",
                line=3,
                source="except OSError: raise KeyError('mine')",
                exit_code=1,
            ),
        ),
        (
            "error = KeyError('round')\nerror.reason = error\nraise error",
            Ending.EXITED,
            Detail(
                reason="exception",
                exception="KeyError",
                message="'round'",
                file="main.py",
                line=3,
                source="raise error",
                exit_code=1,
            ),
        ),
        ("import os; os._exit(0)", Ending.EXITED, Detail(reason="exited", exit_code=0)),
        ("import os; os._exit(137)", Ending.EXITED, Detail(reason="exited", exit_code=137)),
        ("import os; os.kill(os.getpid(), 9)", Ending.SIGNALLED, Detail(signal="SIGKILL")),
        ("print('no app')", Ending.NOT_READY, Detail(reason="no_app")),
        (
            "from flask import Flask\napplication = Flask('x')",
            Ending.NOT_READY,
            Detail(reason="no_app", message="application"),
        ),
        (
            "app = 5",
            Ending.NOT_READY,
            Detail(reason="no_app", message="`app` is of type int, which is not a web application"),
        ),
        (
            "def app(): pass",
            Ending.NOT_READY,
            Detail(reason="no_app", message="`app` is a function, which is neither a WSGI nor an ASGI application"),
        ),
    ],
)
def test_a_program_that_does_not_start_is_explained(source, ending, detail):
    report = judge(job(source))

    assert (report.ending, report.detail, report.observations) == (ending, detail, ())


@pytest.mark.parametrize("app", ["app = 1", "application = 1"])
def test_a_crash_is_shown_with_the_learners_frames_only(app):
    files = {"shop.py": b"def price(name):\n    return {'tea': 3}[name]\n"}

    report = judge(job(f"from shop import price\nprice('milk')\n{app}\n", files=files))

    assert report.stderr.decode().splitlines() == [
        "Traceback (most recent call last):",
        '  File "/work/main.py", line 2, in <module>',
        "    price('milk')",
        '  File "/work/shop.py", line 2, in price',
        "    return {'tea': 3}[name]",
        "           ~~~~~~~~~~^^^^^^",
        "KeyError: 'milk'",
    ]


@pytest.mark.parametrize(
    ("source", "limits", "ending"),
    [
        ("while True: pass", {"cpu_seconds": 0.5}, Ending.TIMED_OUT),
        ("import time; time.sleep(100)", {"wall_seconds": 1}, Ending.TIMED_OUT),
        ("x = bytearray(10**10)", {}, Ending.MEMORY_EXCEEDED),
        ("x = bytearray(b'x' * 60 * 2**20)", {"memory_bytes": 32 * MIB}, Ending.MEMORY_EXCEEDED),
        ("print('x' * 5000)", {"output_bytes": 4 * KIB}, Ending.OUTPUT_EXCEEDED),
        (
            "x = bytearray(b'x' * 60 * 2**20)\nprint('x' * 5000)",
            {"memory_bytes": 32 * MIB, "output_bytes": 4 * KIB},
            Ending.MEMORY_EXCEEDED,
        ),
        (wsgi("x = bytearray(10**10)"), {}, Ending.MEMORY_EXCEEDED),
        (wsgi("x = bytearray(30 * 2**20)"), {}, Ending.FINISHED),
        (wsgi("try: x = bytearray(10**10)", "except MemoryError: pass"), {}, Ending.FINISHED),
        (wsgi("print('x' * 3000)"), {"output_bytes": 4 * KIB}, Ending.FINISHED),
    ],
)
def test_each_limit_has_its_ending_and_memory_wins_over_output(source, limits, ending):
    report = judge(job(source, **limits))

    assert report.ending is ending
    assert (ending is Ending.OUTPUT_EXCEEDED) <= report.truncated
    assert len(report.stdout) + len(report.stderr) <= limits.get("output_bytes", 64 * KIB)


def test_a_program_that_ends_in_a_handler_has_answered_what_came_before():
    report = judge(job(wsgi("if environ['PATH_INFO'] == '/end': os._exit(0)"), "/", "/end", "/"))

    assert report.ending is Ending.EXITED
    assert [(o.status, o.error) for o in report.observations] == [(200, ""), (None, "closed")]


def test_a_probe_that_is_never_answered_times_the_job_out():
    report = judge(job(wsgi("time.sleep(100)"), "/", "/", wall_seconds=1.5))

    assert report.ending is Ending.TIMED_OUT
    assert [observation.error for observation in report.observations] == ["timeout"]


@pytest.mark.parametrize(
    ("probe", "answer"),
    [
        (HttpProbe("GET", "/a?b=c%20d"), ["GET", "/a", "b=c%20d", "", "localhost:8000"]),
        (HttpProbe("GET", "/caf\u00e9"), ["GET", "/caf\u00e9", "", "", "localhost:8000"]),
        (
            HttpProbe("POST", "/", [("Content-Type", "text/plain")], b"body"),
            ["POST", "/", "", "body", "localhost:8000"],
        ),
        (HttpProbe("PUT", "/"), ["PUT", "/", "", "", "localhost:8000"]),
        (HttpProbe("DELETE", "/", [("Host", "example.org")]), ["DELETE", "/", "", "", "example.org"]),
    ],
)
def test_a_probe_arrives_as_it_was_given(probe, answer):
    source = """
import json

def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    path = environ["PATH_INFO"].encode("latin-1").decode()
    seen = [environ["REQUEST_METHOD"], path, environ["QUERY_STRING"], environ["wsgi.input"].read(length).decode()]
    start_response("200 OK", [])
    return [json.dumps([*seen, environ["HTTP_HOST"]]).encode()]
"""
    report = judge(Job(kind="http", framework="flask", files={"main.py": source.encode()}, probes=[probe]))

    assert [json.loads(observation.body) for observation in report.observations] == [answer]


def test_all_files_are_there_and_can_be_imported():
    files = {"shop/__init__.py": b"", "shop/prices.py": b"PRICE = 42", "static/a.txt": b"\x00\xff"}
    source = wsgi("from shop.prices import PRICE", "print(PRICE, open('static/a.txt', 'rb').read())")

    report = judge(job(source, files=files))

    assert report.stdout == b"42 b'\\x00\\xff'\n"


def test_progress_is_told_after_each_probe():
    told = []

    judge(app_job("flask", "/", "/boom", "/"), on_progress=told.append)

    assert told == [1, 2, 3]


def test_a_job_can_be_interrupted():
    asked = []

    def keep_going():
        asked.append(time.monotonic())
        return len(asked) < 2

    with pytest.raises(Interrupted):
        judge(job("import time; time.sleep(100)"), keep_going=keep_going)
    assert 0.4 < asked[1] - asked[0] < 2


def test_many_jobs_at_once_do_not_disturb_each_other():
    reports = {}

    def run(number):
        reports[number] = judge(job(wsgi(f"print({number})"), wall_seconds=60, cpu_seconds=20))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {number: report.stdout for number, report in reports.items()} == {n: b"%d\n" % n for n in range(16)}
    assert {report.ending for report in reports.values()} == {Ending.FINISHED}


def test_no_descriptor_is_left_open():
    judge(app_job("flask"))
    before = len(os.listdir("/proc/self/fd"))

    for source in ("import os; os._exit(0)", "while True: print('x' * 1000)", wsgi("pass")):
        judge(job(source))

    assert len(os.listdir("/proc/self/fd")) == before


def test_a_job_dies_with_the_process_that_judges_it(tmp_path):
    marker = tmp_path.name
    program = (
        "from sandbox.tests.programs import job\nfrom sandbox import judge\n"
        f"print('started', flush=True)\njudge(job('import time; time.sleep(100) # {marker}', wall_seconds=100))"
    )
    judging = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert judging.stdout.readline() == b"started\n"
    judging.stdout.close()
    time.sleep(1)
    (launched,) = children(judging.pid)

    judging.kill()
    judging.wait()

    deadline = time.monotonic() + 5
    while Path("/proc", str(launched)).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path("/proc", str(launched)).exists()


def test_no_process_is_orphaned():
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans below come to us, not to the host's pid 1
    before = children(os.getpid())

    try:
        for _ in range(4):  # it is a race
            judge(job(wsgi("pass")))
        after = children(os.getpid())
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

    assert after == before


def children(pid):
    return [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]


@pytest.mark.parametrize("victim", ["bubblewrap", "pid 1"])
def test_a_jail_that_is_killed_from_outside_gives_no_verdict(victim):
    before = set(children(os.getpid()))

    def kill(_answered):
        (pid,) = set(children(os.getpid())) - before
        os.kill(pid if victim == "bubblewrap" else children(pid)[0], signal.SIGKILL)

    with pytest.raises(SandboxUnavailable, match="killed from outside"):
        judge(job(wsgi("if environ['PATH_INFO'] == '/wait': time.sleep(100)"), "/", "/wait"), on_progress=kill)


def test_verify_names_the_level():
    assert verify() == level()


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("LEARNER_PYTHON", "/nowhere/bin/python", "learners' Python environment"),
        ("LEARNER_PYTHON", "/usr/bin/python3", "learners' Python environment"),
        *([("SANDBOX_UID", value, "SANDBOX_UID") for value in ("0", "999", "-1", "root")] if os.geteuid() == 0 else []),
    ],
)
def test_without_a_part_there_is_no_verdict_but_a_reason(monkeypatch, variable, value, part):
    monkeypatch.setenv(variable, value)

    with pytest.raises(SandboxUnavailable, match=part):
        judge(app_job("flask"))
    with pytest.raises(SandboxUnavailable, match=part):
        verify()
