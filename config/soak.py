"""`make soak`: judge every reference solution of the shipped courses again and again, to see that nothing changes.

Each solution is judged with fixed seeds, and with the same seeds once more: the same code with the same seed must have
the same tests and the same verdict, and all of them must pass. With --chaos: config/chaos.py.
"""

import argparse
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sandbox import supervision

RUNS = 1000
PARALLEL = 4
PROGRESS_SECONDS = 10.0
SHOWN_FAILURES = 20
PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judged run. *essence* is what has to be the same for the same code and seed; *seen* is everything."""

    slug: str
    seed: int
    verdict: str  # or why there is none
    essence: str
    seen: str
    seconds: float


@dataclass(slots=True)
class Tally:
    """What came of the runs so far."""

    seconds: dict[str, list[float]] = field(default_factory=dict)  # of each exercise
    not_passed: list[Outcome] = field(default_factory=list)
    changed: list[tuple[Outcome, Outcome]] = field(default_factory=list)
    first: dict[tuple[str, int], Outcome] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> bool:
        """Count it. False: it did not pass, or is not what the same code and seed gave before."""
        self.seconds.setdefault(outcome.slug, []).append(outcome.seconds)
        before = self.first.setdefault((outcome.slug, outcome.seed), outcome)
        has_passed, is_same = outcome.verdict == PASSED, before.essence == outcome.essence
        if not has_passed:
            self.not_passed.append(outcome)
        if not is_same:
            self.changed.append((before, outcome))
        return has_passed and is_same

    @property
    def runs(self) -> int:
        return sum(map(len, self.seconds.values()))

    @property
    def is_clean(self) -> bool:
        return not self.not_passed and not self.changed

    def summary(self) -> list[str]:
        lines = [f"{'exercise':36} {'runs':>6} {'median ms':>10} {'longest ms':>11}"]
        lines += [
            f"{slug:36} {len(values):6} {1000 * median(values):10.0f} {1000 * max(values):11.0f}"
            for slug, values in sorted(self.seconds.items())
        ]
        lines.append(
            f"{self.runs} runs of {len(self.seconds)} solutions: {len(self.not_passed)} did not pass, "
            f"{len(self.changed)} changed between two runs with the same seed"
        )
        return lines


def tasks(slugs: Sequence[str], runs: int) -> Iterator[tuple[str, int]]:
    """What is judged, *runs* times for each exercise: first each seed once, then the same again."""
    seeds = (runs + 1) // 2
    for number in range(runs):
        for slug in slugs:
            yield slug, number % seeds + 1


def prepare(folder: Path) -> None:
    """Make this process an installation of its own in *folder*; what it starts becomes part of it."""
    os.environ |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
    import django  # noqa: PLC0415 the settings need the folder

    django.setup()


def load_courses() -> list[str]:
    """The slugs of all exercises of the shipped courses that run code, loaded into an empty database."""
    from django.conf import settings  # noqa: PLC0415 prepare() comes first
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from exercises.answers import ANSWERED  # noqa: PLC0415
    from exercises.models import Exercise  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for description in sorted((settings.BASE_DIR / "courses" / "content").glob("*/course.toml")):
        call_command("load_course", str(description.parent), verbosity=0)
    coded = Exercise.objects.filter(draft__isnull=False).exclude(draft__kind__in=ANSWERED)
    slugs = list(coded.order_by("slug").values_list("slug", flat=True))
    connections.close_all()
    return slugs


def judge(task: tuple[str, int]) -> Outcome:
    """Judge the solution of an exercise; in a process that was prepared."""
    from exercises import judging  # noqa: PLC0415 prepare() comes first
    from exercises.models import Exercise  # noqa: PLC0415

    slug, seed = task
    version = Exercise.objects.select_related("draft").get(slug=slug).draft
    assert version is not None  # noqa: S101 load_courses() asked for those that have one
    started = time.monotonic()
    try:
        seen: dict[str, Any] = asdict(judging.judge_files(version, version.solution, seed))
    except Exception as error:  # whatever it is: it is no verdict, and the others go on
        return Outcome(slug, seed, f"no verdict: {error}", "", traceback.format_exc(), time.monotonic() - started)
    text = json.dumps(seen, indent=1, default=str)
    return Outcome(slug, seed, seen["verdict"].value, essence_of(seen), text, time.monotonic() - started)


def essence_of(seen: dict[str, Any]) -> str:
    """The verdict and, of each test, its name, what was asked, and what came of it."""
    kept = ("name", "status", "request", "message", "expected", "actual")
    tests = [{name: test[name] for name in kept} for test in seen["tests"]]
    return json.dumps([seen["verdict"], seen["reason"], seen["score"], tests], sort_keys=True)


def start_process(folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends this
    prepare(folder)


def soak(outcomes: Iterable[Outcome], total: int, tally: Tally) -> None:
    """Count *outcomes* into *tally* and say how far it is."""
    started = said = time.monotonic()
    for outcome in outcomes:
        if not tally.add(outcome) and len(tally.not_passed) + len(tally.changed) <= SHOWN_FAILURES:
            show(outcome, tally)
        now = time.monotonic()
        if now - said >= PROGRESS_SECONDS or tally.runs == total:
            said = now
            failed = len(tally.not_passed) + len(tally.changed)
            print(
                f"  {tally.runs} of {total}, {tally.runs / (now - started):.1f} a second, {failed} failed", flush=True
            )


def show(outcome: Outcome, tally: Tally) -> None:
    """Everything that was seen of a run that failed, and of the one that it should have been like."""
    print(f"\n{outcome.slug}, seed {outcome.seed}: {outcome.verdict}\n{outcome.seen}", flush=True)
    before = tally.first[outcome.slug, outcome.seed]
    if before.essence != outcome.essence:
        print(f"\nbefore, with the same code and seed: {before.verdict}\n{before.seen}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("slugs", nargs="*", metavar="SLUG", help="exercises; without any, all of them")
    arguments.add_argument("--runs", type=_count, default=RUNS, help="of each solution (default: %(default)s)")
    arguments.add_argument("--parallel", type=_count, default=PARALLEL, help="at a time (default: %(default)s)")
    arguments.add_argument("--chaos", action="store_true", help="kill processes of a running site instead")
    arguments.add_argument("--minutes", type=_count, default=30, help="with --chaos (default: %(default)s)")
    options = arguments.parse_args(argv)
    if options.chaos:
        from config import chaos  # noqa: PLC0415 it needs the site's libraries

        return chaos.run(minutes=options.minutes, parallel=options.parallel)
    with tempfile.TemporaryDirectory(prefix="fieldguide-soak-") as folder:
        return run(Path(folder), options.slugs, options.runs, options.parallel)


def run(folder: Path, wanted: Sequence[str], runs: int, parallel: int) -> int:
    prepare(folder)
    known = load_courses()
    if unknown := sorted(set(wanted) - set(known)):
        print(f"There is no exercise {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    slugs = list(wanted) or known
    tally, total = Tally(), runs * len(slugs)
    print(f"{len(slugs)} solutions, {runs} runs each, {parallel} at a time", flush=True)
    supervisor = supervision.start()
    pool = multiprocessing.get_context("spawn").Pool(parallel, start_process, [folder])
    try:
        soak(pool.imap_unordered(judge, tasks(slugs, runs)), total, tally)
    except KeyboardInterrupt:
        print("\nStopped.\n" + "\n".join(tally.summary()))
        return 130
    finally:
        pool.terminate()
        pool.join()
        supervisor.terminate()
        supervisor.wait()
    print("\n".join(tally.summary()))
    return 0 if tally.is_clean else 1


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
