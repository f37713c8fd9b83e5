"""A whole site of its own for a test: real processes, a folder of its own, any of them killed and started at will."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import requests

from config.serve import commands

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = ROOT / "courses" / "content" / "python-web-frameworks"
START_SECONDS = 60.0  # at most, on a busy machine: a worker proves its sandbox before it takes anything
VERDICT_SECONDS = 60.0
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(look: Callable[[], Found | None], what: str, seconds: float = START_SECONDS) -> Found:
    """The first true result of *look*; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds:g} s")


class Site:
    """One installation in *folder*. Nothing runs until start() is called."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "SITE_URL": f"http://localhost:{self.port}",
            "SUBMISSION_RATE": "100000/min",
            "DRAFT_RATE": "100000/min",
            "MAX_PENDING": "1000",
            "LOG_FORMAT": "text",
            **environment,
        }
        self.database = folder / "fieldguide.sqlite3"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.log = (folder / "site.log").open("ab")
        self.session = requests.Session()

    # Processes

    def manage(self, *arguments: str) -> str:
        """Run a command of Django and return what it printed."""
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def shell(self, program: str) -> str:
        """Run lines of Python inside Django and return what they printed."""
        return self.manage("shell", "--no-imports", "-c", program).strip()

    def prepare(self) -> None:
        self.manage("migrate", "--verbosity=0")
        self.manage("load_course", str(CONTENT), "--publish", "--verbosity=0")

    def start(self, *names: str) -> None:
        """Start processes by name: broker, web, worker, beat; `worker-two` is a second worker."""
        every = commands(
            host="127.0.0.1", port=self.port, broker_socket=self.folder / "valkey.sock", folder=self.folder
        )
        for name in names:
            command = every[name.partition("-")[0]]
            if name.startswith("worker"):
                command = [*command, "--hostname", f"{name}@localhost"]
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True
            )
        if "broker" in names:
            wait_for((self.folder / "valkey.sock").exists, "the broker's socket")
        if "web" in names:
            wait_for(self.is_up, "the web process answering")

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and to everything that it started in its own process group."""
        os.killpg(self.processes[name].pid, number)

    def kill(self, *names: str) -> None:
        """SIGKILL, as a crash or a pulled plug would do."""
        for name in names:
            process = self.processes.pop(name)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.kill(*list(self.processes))
        self.session.close()
        self.log.close()

    # What a client sees

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/live", timeout=1).ok
        except requests.RequestException:
            return False

    def ready(self) -> requests.Response:
        return self.session.get(f"{self.url}/health/ready", timeout=10)

    def is_ready(self) -> bool:
        try:
            return self.ready().ok
        except requests.RequestException:
            return False

    def metrics(self) -> str:
        return self.session.get(f"{self.url}/metrics", timeout=10).text

    def job_lines(self) -> list[dict[str, Any]]:
        """What was logged of runs, where LOG_FORMAT is json."""
        lines = (self.folder / "site.log").read_text().splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        return [event for event in events if event["event"] == "job"]

    def submit(self, slug: str, source: str) -> dict[str, Any]:
        """Hand *source* in and return the submission as it was accepted."""
        response = self.session.post(
            f"{self.url}/api/v1/exercises/{slug}/submissions/", json={"files": {"main.py": source}}, timeout=10
        )
        assert response.status_code == 202, response.text
        return dict(response.json())

    def submission(self, uuid: str) -> dict[str, Any]:
        response = self.session.get(f"{self.url}/api/v1/submissions/{uuid}/", timeout=10)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def final(self, uuid: str, seconds: float = VERDICT_SECONDS) -> dict[str, Any]:
        """The submission once nothing will change any more."""

        def look() -> dict[str, Any] | None:
            submission = self.submission(uuid)
            return None if submission["status"] in ("queued", "running") else submission

        return wait_for(look, f"the end of submission {uuid}", seconds)

    def wait_until_running(self, uuid: str) -> None:
        wait_for(lambda: self.submission(uuid)["status"] == "running", f"the start of {uuid}")
