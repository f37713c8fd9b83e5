"""`python -m config.batch_benchmark`: what a check of a whole course costs a learner who submits meanwhile.

One site with real processes, one learner who hands in one attempt after the other. Rounds alternate: nothing else going
on, then a check of the whole course on the queue `batch`. Printed are the medians from the POST to the end of the event
stream, and their ratio, which is to be at most 1.2. Exit code 1: it is more, or it could not be measured.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from config.benchmark import EXERCISES, READY_SECONDS, Learner, have_warm
from config.tests.site import CONTENT, Site, wait_for
from sandbox.benchmark import BenchmarkError

AT_MOST = 1.2
EXERCISE = "flask"
START = """
from courses.models import Course
from exercises.checking import request_course_check
print(request_course_check(course=Course.objects.get(slug="python-web-frameworks")).pk)
"""
STOP = """
from exercises.checking import cancel_course_check
from exercises.models import CourseCheck, Run
check = CourseCheck.objects.get(pk={pk})
print(Run.objects.filter(exercise_check__course_check=check, status="done").count())
cancel_course_check(course_check=check)
"""


def sample(learner: Learner, source: str, attempts: int) -> list[float]:
    """Seconds of each of so many attempts."""
    seconds = []
    for _ in range(attempts):
        began = time.perf_counter()
        learner.hand_in(EXERCISES[EXERCISE], source)
        seconds.append(time.perf_counter() - began)
    return seconds


def measure(site: Site, rounds: int, attempts: int) -> tuple[list[float], list[float]]:
    """Seconds of all attempts beside nothing, and beside a check. Raises BenchmarkError."""
    learner = Learner(site.port)
    source = (CONTENT / "exercises" / EXERCISES[EXERCISE] / "solution" / "main.py").read_text()
    have_warm(site.folder / "sandbox.sock", EXERCISE, lambda: learner.hand_in(EXERCISES[EXERCISE], source))
    idle: list[float] = []
    busy: list[float] = []
    for number in range(1, rounds + 1):
        alone = sample(learner, source, attempts)
        pk = site.shell(START)
        time.sleep(1)  # until the worker is at it
        beside = sample(learner, source, attempts)
        done = site.shell(STOP.format(pk=pk))  # fails when it has ended already: then the attempts were not beside it
        idle += alone
        busy += beside
        print(
            f"  round {number}: {1000 * statistics.median(alone):.0f} ms alone, "
            f"{1000 * statistics.median(beside):.0f} ms beside a check that did {done} runs",
            flush=True,
        )
    return idle, busy


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.batch_benchmark", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--attempts", type=int, default=40, help="in each half of a round")
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="fieldguide-batch-") as folder, Site(Path(folder)) as site:
            site.prepare()
            site.start("broker", "web", "worker", "beat")
            wait_for(site.is_ready, "the site being ready", READY_SECONDS)
            idle, busy = measure(site, options.rounds, options.attempts)
    except (AssertionError, BenchmarkError) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    alone, beside = statistics.median(idle), statistics.median(busy)
    print(f"median of {len(idle)} attempts each: {1000 * alone:.1f} ms alone, {1000 * beside:.1f} ms beside a check")
    print(f"ratio: {beside / alone:.2f} (at most {AT_MOST})")
    return int(beside > AT_MOST * alone)


if __name__ == "__main__":
    sys.exit(main())
