"""`make bench`: a job in the sandbox and on the whole site, beside bare pytest and bubblewrap, measured in one run.

The site is a whole installation in a folder of its own: the processes of `make run`, asked over HTTP as a browser does.
"""

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from config.tests.site import CONTENT, ROOT, Site, wait_for
from sandbox import SandboxUnavailable
from sandbox.benchmark import (
    EMPTY_PAGE,
    LESSON_PAGE,
    OUTSTANDING,
    WHOLE,
    BenchmarkError,
    Case,
    Flow,
    Plan,
    parser,
    report,
    run,
    sandbox_plan,
    say,
    warm_interpreter,
)

DOCUMENT = ROOT / "docs" / "benchmarks.md"
HEAD = """\
# Benchmarks

Written by `make bench WRITE=1`; not edited by hand. Every case was measured in one run, round-robin, so read the
ratios, not the times: another machine, or the same one on another day, has other times.

- `sandbox, …`: from `judge()` to its report, for a job with three requests; `cold` is without a supervisor.
- `POST to verdict, …`: from the POST of a right solution to the end of its event stream, through web, broker, worker
  and database.
- `GET a lesson`: for a visitor without a session, beside an empty page behind the same middleware.
- `bare pytest, …`: the same three questions by the framework's own test client, without any isolation.

"""
EXERCISES = {"flask": "hello-flask", "fastapi": "hello-fastapi"}
PAGES = {EMPTY_PAGE: "/empty/", LESSON_PAGE: "/courses/python-web-frameworks/sync-and-async/"}
READY_SECONDS = 60


class Learner:
    """One guest with one connection to the site. Raises BenchmarkError when an attempt does not end as it should."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)
        self.cookies: dict[str, str] = {}

    def hand_in(self, exercise: str, source: str) -> None:
        """Post *source* and follow its events to the last one, which must say that it passed."""
        self.connection.close()  # the server does not keep idle ones for long; the next request opens one
        body = json.dumps({"files": {"main.py": source}})
        path = f"/api/v1/exercises/{exercise}/submissions/"
        accepted = json.loads(self._answer("POST", path, body, 202).read())
        events = self._answer("GET", f"/api/v1/submissions/{accepted['id']}/events/", None, 200)
        last = [line for line in events.read().splitlines() if line.startswith(b"data: ")][-1]
        state = json.loads(last.removeprefix(b"data: "))
        if state["verdict"] != "passed":
            raise BenchmarkError(f"the solution of {exercise} did not pass: {last.decode()}")

    def _answer(self, method: str, path: str, body: str | None, status: int) -> http.client.HTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            self.connection.request(method, path, body, headers | {"Content-Type": "application/json"})
            response = self.connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise BenchmarkError(f"{method} {path}: the site gave no answer: {error!r}") from error
        if response.status != status:
            raise BenchmarkError(f"{method} {path}: {response.status} {response.read(2000).decode()}")
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response


class Visitor:
    """A browser without cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)

    def look_at(self, path: str) -> None:
        """Fetch a page as a browser does, compressed. Raises BenchmarkError where there is none."""
        self.connection.close()  # the server does not keep idle ones for long
        try:
            self.connection.request("GET", path, headers={"Accept-Encoding": "gzip, br", "Accept-Language": "en"})
            response = self.connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchmarkError(f"GET {path}: the site gave no answer: {error!r}") from error
        if response.status != 200:
            raise BenchmarkError(f"GET {path}: {response.status}")


@contextmanager
def site_plan(folder: Path) -> Iterator[Plan]:
    """The site's part of the measurement; the site runs until the end of the block."""
    folder.mkdir()
    with Site(folder, LOG_FORMAT="json", DJANGO_SETTINGS_MODULE="config.tests.empty_page_settings") as site:
        try:
            site.prepare()
            site.start("broker", "web", "worker", "beat")
            wait_for(site.is_ready, "the site being ready", READY_SECONDS)
        except AssertionError as error:
            log = (folder / "site.log").read_text(errors="replace")
            raise BenchmarkError(f"the site did not start: {error}\nIts log ends:\n{log[-2000:]}") from error
        learners = [Learner(site.port) for _ in range(max(OUTSTANDING))]
        visitor = Visitor(site.port)
        plan = Plan([Case(name, partial(visitor.look_at, path), times=10) for name, path in PAGES.items()])
        for framework, exercise in EXERCISES.items():
            source = (CONTENT / "exercises" / exercise / "solution" / "main.py").read_text()
            have_warm(folder / "sandbox.sock", framework, partial(learners[0].hand_in, exercise, source))
            plan.cases.append(Case(WHOLE[framework], partial(learners[0].hand_in, exercise, source)))

            def hand_in(place: int, exercise: str = exercise, source: str = source) -> None:
                learners[place].hand_in(exercise, source)

            plan.flows.append(Flow(WHOLE[framework], hand_in, jobs=24))
        yield plan


def have_warm(supervisor: Path, framework: str, hand_in: Callable[[], None]) -> None:
    """Hand in until the site's worker has a warm interpreter of *framework*: the first runs start cold."""
    deadline = time.monotonic() + READY_SECONDS
    while warm_interpreter(framework, supervisor) is None:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"the worker has no warm interpreter of {framework} after {READY_SECONDS} s")
        hand_in()
        time.sleep(0.2)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code says whether it could be measured, never how fast it was."""
    arguments = parser(__doc__.splitlines()[0])
    arguments.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(ROOT)} as well")
    options = arguments.parse_args(argv)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="fieldguide-bench-") as folder,
            sandbox_plan(Path(folder)) as plan,
            site_plan(Path(folder) / "site") as more,
        ):
            text = report(run(plan + more, options.rounds), options.rounds)
    except (BenchmarkError, SandboxUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(text)
    if options.write:
        DOCUMENT.write_text(HEAD + text)
        say(f"written: {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
