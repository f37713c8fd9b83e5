"""`make run` from its first line to its last: starting, being in the way, stopping, being killed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from config.tests.site import ROOT, Site, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

END_SECONDS = 20.0  # at most, until nobody holds its output any more
FIRST_START_SECONDS = 240.0  # at most, beside browsers: 11 s on an idle machine, most of it work of a processor

RIGHT = """
from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"message": "Hello from Flask"}
"""


class Serving(Site):
    """A site that config.serve runs, as `make run` does."""

    def serve(self) -> subprocess.Popen[str]:
        self.server = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return self.server

    def serve_until_ready(self) -> None:
        """Fails with what it said until then, where that takes too long."""
        self.serve()
        try:
            wait_for(self.is_ready, "readiness", FIRST_START_SECONDS)
        except AssertionError as late:
            self.server.kill()
            said, _ = self.server.communicate(timeout=END_SECONDS)
            raise AssertionError(f"{late}; until then was said:\n{said}") from None

    def descendants(self) -> list[str]:
        """Command lines of all processes that know this site's folder."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"VAR_DIR={self.folder}\0".encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    def close(self) -> None:
        if self.server.poll() is None:
            self.server.kill()
        if not self.server.stdout.closed:
            self.server.communicate(timeout=END_SECONDS)
        super().close()


@pytest.fixture
def empty_site(tmp_path):
    with Serving(tmp_path) as site:
        yield site


@pytest.fixture
def site(empty_site, prepared_database):
    """One that ran before."""
    shutil.copy(prepared_database, empty_site.database)
    return empty_site


def test_serve_is_complete_and_prints_a_staff_login_once(empty_site):
    site = empty_site
    site.serve_until_ready()
    uuid = site.submit("hello-flask", RIGHT)["id"]
    verdict = site.final(uuid)["verdict"]
    site.server.send_signal(signal.SIGTERM)
    said, _ = site.server.communicate(timeout=20)
    said_later = [*iter_until(site.serve().stdout, "Fieldguide is ready after")]
    was_ready = site.is_ready()
    site.server.send_signal(signal.SIGINT)
    site.server.communicate(timeout=20)

    assert (verdict, was_ready) == ("passed", True)
    assert len(re.findall(r"Staff login.*user staff, password \S+", said)) == 1
    assert "Staff login" not in "".join(said_later)
    assert site.descendants() == []


def iter_until(lines, text):
    """The lines up to the one with *text*; fails where there is none."""
    for line in lines:
        yield line
        if text in line:
            return
    raise AssertionError(f"nothing said {text!r}")


def test_serve_says_so_when_there_are_pages_and_nothing_that_judges(tmp_path, prepared_database):
    program = "from config.serve import announce; [announce(1.0, is_late=late) for late in (False, True)]"
    with Site(tmp_path) as site:
        shutil.copy(prepared_database, site.database)
        site.start("broker", "web")
        command = [sys.executable, "-c", program]
        said = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True)

    worker = "no worker was seen lately; start one: celery -A config.celery worker -Q grading,batch"
    why = f"{worker}; no worker has verified its sandbox yet"
    expected = f"Fieldguide shows pages, but cannot judge yet ({why}): {site.environment['SITE_URL']}\n"
    assert (said.stderr, said.stdout) == ("", expected)


def test_serve_stops_with_open_event_streams(site):
    site.serve_until_ready()
    uuid = site.submit("hello-flask", "import time\ntime.sleep(60)\n")["id"]
    with requests.get(f"{site.url}/api/v1/submissions/{uuid}/events/", stream=True, timeout=20) as stream:
        assert next(stream.iter_lines(decode_unicode=True)).startswith(("event", ":"))

        started = time.monotonic()
        site.server.send_signal(signal.SIGTERM)
        site.server.communicate(timeout=30)

    assert time.monotonic() - started < 15
    assert site.descendants() == []


def test_serve_recovers_from_a_hard_kill(site):
    site.serve_until_ready()
    site.server.kill()
    site.server.communicate()
    wait_for(lambda: site.descendants() == [], "the end of the services after their parent was killed")

    site.serve_until_ready()

    assert site.final(site.submit("hello-flask", RIGHT)["id"])["verdict"] == "passed"


def test_serve_starts_a_killed_worker_again(site):
    site.serve_until_ready()
    uuid = site.submit("hello-flask", "import time\ntime.sleep(2)\n" + RIGHT)["id"]
    site.wait_until_running(uuid)
    (worker,) = [
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if is_child(folder, site.server.pid) and b"worker" in (folder / "cmdline").read_bytes()
    ]

    os.kill(worker, signal.SIGKILL)

    assert site.final(uuid)["verdict"] == "passed"


def is_child(folder: Path, parent: int) -> bool:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def test_second_serve_in_the_same_folder_is_refused(site, tmp_path):
    site.serve_until_ready()
    environment = site.environment | {"PORT": str(site.port + 1)}

    second = subprocess.run(
        [sys.executable, "-m", "config.serve"], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert second.returncode == 1
    assert second.stderr == (
        f"Fieldguide already runs from this folder (process {site.server.pid}). "
        f"Stop it with Ctrl-C where it runs, or: kill {site.server.pid}\n"
    )
    assert site.is_up()


@pytest.mark.parametrize("module", ["config.serve", "config.setup"])
def test_port_in_use_is_named_before_anything_starts(tmp_path, module):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        arguments = ["--serve"] if module == "config.setup" else []
        result = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT, env=os.environ | {"VAR_DIR": str(tmp_path), "PORT": str(port)}, capture_output=True, text=True,
        )  # fmt: skip

    assert result.returncode == 1
    assert result.stderr.strip() == (
        f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Choose another port: PORT=8001 make run"
    )
    assert not (tmp_path / "fieldguide.sqlite3").exists()
