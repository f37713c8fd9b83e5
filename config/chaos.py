"""`make soak CHAOS=1`: a running site that loses its processes at random while submissions flow.

Every submission that was accepted must end with the verdict that its program deserves, and none may be broken: an
outage costs time, never a result.
"""

import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from config.tests.site import CONTENT, Site, wait_for
from sandbox import supervision

READY_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 300.0  # for one verdict, outages included
POLL_SECONDS = 0.5
BETWEEN_FAULTS_SECONDS = (2.0, 8.0)
AWAY_SECONDS = (0.0, 4.0)  # how long what was killed stays away
PROGRESS_SECONDS = 30.0
SHOWN_FAILURES = 20
SLEEP = "import time\ntime.sleep({seconds})\n"  # so that a fault finds programs in their midst


@dataclass(frozen=True, slots=True)
class Program:
    """Something to hand in, and what has to come of it."""

    exercise: str
    files: Mapping[str, str]
    passes: bool

    def is_right(self, submission: Mapping[str, Any]) -> bool:
        """Whether the final state of the submission is what the program deserves."""
        return submission["status"] == "done" and (submission["verdict"] == "passed") is self.passes


@dataclass(slots=True)
class Counts:
    """What happened. Used by several threads: `with lock`."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    accepted: int = 0
    right: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # not accepted, by reason
    failures: list[str] = field(default_factory=list)  # accepted, and not what they should be
    faults: Counter[str] = field(default_factory=Counter)
    ended_workers: int = 0  # by themselves
    slowest_seconds: float = 0.0

    def lines(self) -> list[str]:
        return [
            f"accepted {self.accepted}: {self.right} with the right verdict, {len(self.failures)} without; "
            f"the slowest took {self.slowest_seconds:.1f} s",
            "killed: "
            + (", ".join(f"{name} {count}" for name, count in sorted(self.faults.items())) or "nothing")
            + f"; workers that ended by themselves {self.ended_workers}",
            *(f"not accepted: {count} times {reason}" for reason, count in self.refused.items()),
        ]

    @property
    def is_clean(self) -> bool:
        return self.accepted > 0 and self.right == self.accepted and not self.refused


def programs(exercises: Path) -> list[Program]:
    """Solutions, starters and wrong files of the exercises in a course folder; of the solutions a slow variant too."""
    found = []
    for folder in sorted(path.parent for path in exercises.glob("*/exercise.toml")):
        solution, starter = _texts(folder / "solution"), _texts(folder / "starter")
        if not solution:
            continue  # it is answered, not coded
        slow = SLEEP.format(seconds=1) + solution["main.py"]
        found += [
            Program(folder.name, solution, passes=True),
            Program(folder.name, starter, passes=False),
            *(
                Program(folder.name, {**solution, "main.py": text}, passes=False)
                for text in _texts(folder / "wrong").values()
            ),
        ]
        if "from __future__" not in slow:
            found.append(Program(folder.name, {**solution, "main.py": slow}, passes=True))
    return found


def _texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


class Faults:
    """Kills something at random, and starts again what does not come back by itself."""

    def __init__(self, site: Site, counts: Counts, seed: int) -> None:
        self.site = site
        self.counts = counts
        self.socket = site.folder / "sandbox.sock"
        self.random = random.Random(seed)  # noqa: S311 which process dies is no secret

    def run(self, stop: threading.Event) -> None:
        kinds: list[Callable[[], str]] = [self.worker, self.pool_process, self.supervisor, self.zygote, self.broker]
        while not stop.wait(self.random.uniform(*BETWEEN_FAULTS_SECONDS)):
            self.restart_worker()
            name = self.random.choice(kinds)()
            if name:
                with self.counts.lock:
                    self.counts.faults[name] += 1
        self.restart_worker()  # what is under way is to come to its end

    def restart_worker(self) -> None:
        """Start a worker that ended by itself, as whatever keeps the site up does.

        Celery's worker does so now and then when the broker dies while it holds messages: kombu then restores them
        through a connection that is closed already.
        """
        if self.site.processes["worker"].poll() is not None:
            self.site.start("worker")
            with self.counts.lock:
                self.counts.ended_workers += 1

    def worker(self) -> str:
        """With everything that it started in its own process group."""
        self.site.kill("worker")
        self._pause()
        self.site.start("worker")
        return "worker"

    def pool_process(self) -> str:
        """One of the worker's processes, in which a run is judged."""
        worker = self.site.processes["worker"].pid
        children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
        return "pool process" if children and _kill(int(self.random.choice(children))) else ""

    def supervisor(self) -> str:
        """The worker starts it again; its zygotes end with it."""
        status = supervision.status(self.socket)
        return "supervisor" if status and _kill(status["pid"]) else ""

    def zygote(self) -> str:
        """One of the warm interpreters, with the jobs that were forked from it."""
        status = supervision.status(self.socket)
        pids = [zygote["pid"] for zygote in status["zygotes"] if zygote["pid"]] if status else []
        return "zygote" if pids and _kill(self.random.choice(pids)) else ""

    def broker(self) -> str:
        """It comes back empty."""
        self.site.kill("broker")
        (self.site.folder / "valkey.sock").unlink(missing_ok=True)
        self._pause()
        self.site.start("broker")
        return "broker"

    def _pause(self) -> None:
        time.sleep(self.random.uniform(*AWAY_SECONDS))


def _kill(pid: int) -> bool:
    """False: it was gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


class Learner:
    """Hands in one program after the other and waits for each verdict."""

    def __init__(self, site: Site, counts: Counts, choice: list[Program], seed: int) -> None:
        self.site = site
        self.counts = counts
        self.choice = choice
        self.random = random.Random(seed)  # noqa: S311 which program comes next is no secret
        self.session = requests.Session()

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.hand_in(self.random.choice(self.choice))

    def hand_in(self, program: Program) -> None:
        started = time.monotonic()
        url = f"{self.site.url}/api/v1/exercises/{program.exercise}/submissions/"
        try:
            response = self.session.post(url, json={"files": dict(program.files)}, timeout=30)
            reason = "" if response.status_code == 202 else f"{response.status_code} {response.text[:200]}"
        except requests.RequestException as error:
            reason = type(error).__name__
        if reason:
            with self.counts.lock:
                self.counts.refused[reason] += 1
            time.sleep(POLL_SECONDS)
            return
        with self.counts.lock:
            self.counts.accepted += 1
        final = self.final(response.json()["id"], started + LONGEST_WAIT_SECONDS)
        with self.counts.lock:
            self.counts.slowest_seconds = max(self.counts.slowest_seconds, time.monotonic() - started)
            if program.is_right(final):
                self.counts.right += 1
                return
            wanted = "pass" if program.passes else "not pass"
            self.counts.failures.append(f"{program.exercise} should {wanted}: {final}\n{program.files}")
            if len(self.counts.failures) <= SHOWN_FAILURES:
                print(f"\n{self.counts.failures[-1]}\n", flush=True)

    def final(self, uuid: str, deadline: float) -> dict[str, Any]:
        """Its last state: final, or what it was at the deadline."""
        submission: dict[str, Any] = {"status": "never seen", "verdict": None}
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):
                response = self.session.get(f"{self.site.url}/api/v1/submissions/{uuid}/", timeout=30)
                if response.ok:
                    submission = dict(response.json())
                    if submission["status"] not in ("queued", "running"):
                        break
            time.sleep(POLL_SECONDS)
        return submission


def run(*, minutes: int, parallel: int) -> int:
    """Exit status 0 when everything that was accepted came to its right end."""
    counts, stop = Counts(), threading.Event()
    seed = random.SystemRandom().randrange(2**32)
    choice = programs(CONTENT / "exercises")
    print(f"{minutes} minutes, {parallel} learners, {len(choice)} programs, seed {seed}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="fieldguide-chaos-") as folder,
        Site(Path(folder), LOG_FORMAT="json") as site,
    ):
        site.prepare()
        site.start("broker", "web", "worker", "beat")
        wait_for(site.is_ready, "the site being ready", READY_SECONDS)
        try:
            flow(site, counts, choice, stop, seconds=60.0 * minutes, parallel=parallel, seed=seed)
        except KeyboardInterrupt:
            print("\nStopped.")
        print("\n".join(counts.lines()))
        print("runs by status and number of tries:", rows(site))
        if not counts.is_clean:
            print(f"the site's log ends:\n{(site.folder / 'site.log').read_text(errors='replace')[-4000:]}")
    return 0 if counts.is_clean else 1


def flow(
    site: Site,
    counts: Counts,
    choice: list[Program],
    stop: threading.Event,
    *,
    seconds: float,
    parallel: int,
    seed: int,
) -> None:
    """Submissions and faults for *seconds*; then the submissions that are under way, without faults."""
    faults = threading.Thread(target=Faults(site, counts, seed).run, args=[stop])
    learners = [Learner(site, counts, choice, seed + 1 + number) for number in range(parallel)]
    started = time.monotonic()
    with ThreadPoolExecutor(parallel) as threads:
        waiting = [threads.submit(learner.run, stop) for learner in learners]
        faults.start()
        try:
            while (left := started + seconds - time.monotonic()) > 0:
                time.sleep(min(left, PROGRESS_SECONDS))
                with counts.lock:
                    print(f"  {time.monotonic() - started:.0f} s: " + "; ".join(counts.lines()[:2]), flush=True)
        finally:
            stop.set()
            faults.join()
        for done in waiting:
            done.result()


def rows(site: Site) -> str:
    """What the database says of all runs."""
    return site.shell(
        "from django.db.models import Count; from exercises.models import Run\n"
        "print(list(Run.objects.order_by().values_list('status', 'tries').annotate(Count('pk'))))"
    )
