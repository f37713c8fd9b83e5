"""Web, broker and database on one machine, a worker on another: two network namespaces that share one wire."""

import ctypes
import os
import shutil
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests

from config.serve import commands
from config.tests import postgres
from config.tests.site import CONTENT, ROOT, wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may make network namespaces"),
    pytest.mark.skipif(shutil.which("ip") is None, reason="iproute2 is not installed"),
    pytest.mark.skipif(postgres.newest_binaries() is None, reason="PostgreSQL is not installed"),
]

CLONE_NEWNET = 0x40000000
SITE, WORKER = "192.0.2.1", "192.0.2.2"  # addresses that are nobody's (RFC 5737)
PASSWORD = "for-two-machines"
PORT = 8000

# It answers rightly, unless one of the addresses that its worker talks to can be reached from it.
CURIOUS = f"""
import socket

from flask import Flask

app = Flask(__name__)
reached = []
for address in [("{SITE}", 5432), ("{SITE}", 6379), ("{SITE}", {PORT}), ("{WORKER}", 22)]:
    try:
        socket.create_connection(address, timeout=1)
        reached.append(address)
    except OSError:
        pass


@app.get("/")
def hello():
    return {{"message": "Reached " + str(reached) if reached else "Hello from Flask"}}
"""


class Machine:
    """A network of its own, with a folder for what is written there. Processes that it starts are in that network."""

    def __init__(self, folder, name):
        self.name = name
        self.folder = folder / name
        self.folder.mkdir()
        self.environment = {}
        self._log = (self.folder / "log").open("ab")
        self._processes = []
        # One thread that left the network of all others: its sockets, and the processes it starts, are in the new one.
        self._thread = ThreadPoolExecutor(1, initializer=self._leave_network)
        self.thread_id = self.do(threading.get_native_id)

    def _leave_network(self):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "making a network namespace")

    def do(self, call, *arguments, **options):
        return self._thread.submit(call, *arguments, **options).result()

    def run(self, *command):
        self.do(subprocess.run, command, check=True, cwd=ROOT, env=self.environment or None)

    def start(self, command):
        process = self.do(
            subprocess.Popen,
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._processes.append(process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._thread.shutdown()
        self._log.close()
        print(self.name, (self.folder / "log").read_text()[-5000:], sep="\n")  # pytest shows it when the test failed


@pytest.fixture
def machines(tmp_path):
    """The site's and the worker's, with a wire between them and no way to anywhere else."""
    with Machine(tmp_path, "site") as site, Machine(tmp_path, "worker") as worker:
        site.run("ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", str(worker.thread_id))
        for machine, address in ((site, SITE), (worker, WORKER)):
            machine.run("ip", "address", "add", f"{address}/24", "dev", "wire")
            machine.run("ip", "link", "set", "wire", "up")
            machine.run("ip", "link", "set", "lo", "up")
        yield site, worker


def test_worker_on_a_machine_of_its_own_judges_what_another_accepts(machines):
    site, worker = machines
    with ExitStack() as stack:
        database = site.do(stack.enter_context, postgres.running(SITE))
        for machine in machines:
            machine.environment = {
                **{name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},
                "VAR_DIR": str(machine.folder),
                "DATABASE_URL": database,
                "REDIS_URL": f"redis://:{PASSWORD}@{SITE}:6379/0",
                "SITE_URL": f"http://{SITE}:{PORT}",
                "SECRET_KEY": "not needed for judging" if machine is worker else "the site's own",
                "LOG_FORMAT": "text",
            }
        every = commands(host=SITE, port=PORT, broker_socket=site.folder / "valkey.sock", folder=site.folder)
        broker = every["broker"][0]
        site.start([broker, "--bind", SITE, "--port", "6379", "--requirepass", PASSWORD, "--save", ""])
        site.run(every["web"][0], "manage.py", "migrate", "--verbosity=0")
        site.run(every["web"][0], "manage.py", "load_course", str(CONTENT), "--publish", "--verbosity=0")
        site.start(every["web"])
        worker.start(every["worker"])

        def ask(method, path, **options):
            """As a client on the site's machine."""
            try:
                return site.do(requests.request, method, f"http://{SITE}:{PORT}{path}", timeout=10, **options)
            except requests.ConnectionError:
                return requests.Response()  # a status of None

        wait_for(lambda: ask("GET", "/health/ready").status_code == 200, "the worker on the other machine being ready")
        accepted = ask("POST", "/api/v1/exercises/hello-flask/submissions/", json={"files": {"main.py": CURIOUS}})
        assert accepted.status_code == 202, accepted.text
        submission, guest = accepted.json(), accepted.cookies

        def verdict():
            now = ask("GET", f"/api/v1/submissions/{submission['id']}/", cookies=guest).json()
            return now if now["status"] not in ("queued", "running") else None

        result = wait_for(verdict, "the verdict")

    assert (result["status"], result["verdict"]) == ("done", "passed")
