"""Lines with which a learner repeats what a test asked."""

import json
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from exercises.replay import Replay, replay_of

PYTHON_BEFORE = "Beside main.py:"
SHELL_BEFORE = "In the folder of your program:"


def http_before(port):
    return f"With your program running on port {port} of your own machine:"


def http(method="GET", path="/", **more):
    return {"method": method, "path": path, **more}


@pytest.mark.parametrize(
    ("request_", "framework", "line"),
    [
        (http(), "flask", "curl -i http://127.0.0.1:5000/"),
        (http(), "django", "curl -i http://127.0.0.1:8000/"),
        (http(), "tornado", "curl -i http://127.0.0.1:8888/"),
        (http("HEAD", "/health"), "", "curl --head http://127.0.0.1:8000/health"),
        (http("DELETE", "/items/3"), "", "curl -i -X DELETE http://127.0.0.1:8000/items/3"),
        (http(path="/a?b=1&c=$(id)"), "", "curl -i 'http://127.0.0.1:8000/a?b=1&c=$(id)'"),
        (http(path="/../etc"), "", "curl -i --path-as-is http://127.0.0.1:8000/../etc"),
        (
            http("POST", "/items", headers={"Content-Type": "application/json"}, body='{"name": "tea\'s"}'),
            "fastapi",
            "curl -i http://127.0.0.1:8000/items -H 'Content-Type: application/json'"
            """ --data-raw '{"name": "tea'"'"'s"}'""",
        ),
        (
            http("PUT", "/", body="@/etc/passwd"),
            "",
            "curl -i -X PUT http://127.0.0.1:8000/ -H Content-Type: --data-raw @/etc/passwd",
        ),
        (http(headers={"X-Empty": ""}), "", "curl -i http://127.0.0.1:8000/ -H 'X-Empty;'"),
        (
            http(path="/report", clients=20),
            "",
            "for i in $(seq 20); do curl -i http://127.0.0.1:8000/report & done; wait",
        ),
    ],
)
def test_a_request_is_repeated_by_curl(request_, framework, line):
    replay = replay_of(request_, framework=framework)

    port = int(line.partition("127.0.0.1:")[2].partition("/")[0])
    assert replay == Replay("sh", line, http_before(port))


@pytest.mark.parametrize(
    ("request_", "replay"),
    [
        (
            {"call": "rank({'a': 1}, [])"},
            Replay("python", "from main import rank; print(rank({'a': 1}, []))", PYTHON_BEFORE),
        ),
        ({"run": "python main.py 3 '; ls'"}, Replay("sh", "python main.py 3 '; ls'", SHELL_BEFORE)),
        (
            {"run": "python main.py", "input": "3\n$(id) 'x'\n"},
            Replay("sh", """printf %s '3\n$(id) '"'"'x'"'"'\n' | python main.py""", SHELL_BEFORE),
        ),
        ({"interact": "set Region to South"}, None),
        (None, None),
        (http("POST", "/", body="x" * 4095 + "…"), None),  # cut
        (http("POST", "/", body="\ufffd"), None),  # not a text
        (http(headers={"X": "\ufffd"}), None),
    ],
)
def test_other_questions_are_repeated_in_their_own_way(request_, replay):
    assert replay_of(request_, framework="") == replay


class Echo(BaseHTTPRequestHandler):
    """Notes each request."""

    seen: list = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path, dict(self.headers), body.decode()))
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST = do_PUT = do_HEAD = answer

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    Echo.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


HOSTILE = [
    *("$(touch pwned)", "`touch pwned`", "'; touch pwned; '", '"; touch pwned; "', "\\'", "a\nb & touch pwned"),
    *("!!", "@pwned", "-o pwned", "é 漢", "%s%n"),
]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_shell_sends_what_was_sent_and_does_nothing_else(server, tmp_path, text):
    asked = http("POST", "/items?q=$(touch%20pwned)", headers={"X-Text": ascii(text)}, body=text)
    line = replay_of(asked, framework="").text.replace(":8000", f":{server.server_port}")

    subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, check=True, timeout=20)

    ((method, path, headers, body),) = Echo.seen
    assert (method, path, body) == ("POST", asked["path"], text)
    assert "Content-Type" not in headers
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_shell_gives_a_program_the_same_input(tmp_path, text):
    (tmp_path / "main.py").write_text("import json, sys; print(json.dumps(sys.stdin.read()))")
    line = replay_of({"run": f"{sys.executable} main.py", "input": text}, framework="").text

    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=20)

    assert json.loads(done.stdout) == text
    assert [path.name for path in tmp_path.iterdir()] == ["main.py"]
