"""`make figures`: measures the programs of the lesson that shows every framework, and writes its table anew.

The table stands between two comments in the lesson's Markdown. Its rows and words are the author's; the cells below the
titles in CELLS, and the paragraph that says when and where, are written here.
"""

import os
import re
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from statistics import median

from courses.listings import Listing, listings
from courses.markdown_extensions import tab_slug
from sandbox import Ending, HttpProbe, Job, Limits, Probe, SandboxUnavailable, WidgetProbe, judge
from sandbox.benchmark import BenchmarkError, machine, own_supervisor, parser, say, wait_until_warm
from sandbox.benchmark_memory import memory_started_by
from sandbox.interpreter import learner_interpreter
from sandbox.job import MIB

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "courses/content/python-web-frameworks/lessons/hello-in-every-framework.md"
START, END = "<!-- figures: written by `make figures` -->", "<!-- end of figures -->"
LINE_LENGTH = 120  # of Markdown

ROUNDS = 5
REQUESTS = 150  # one after another in one job, which may have 200
MEMORY_REQUESTS = 10
# What asks for the message, where GET / does not: a page of these two fetches what it shows by another request.
PROBES: Mapping[str, Probe] = {"dash": HttpProbe("GET", "/_dash-layout"), "streamlit": WidgetProbe()}
MESSAGE = b"Hello from "
LIMITS = Limits(wall_seconds=120, cpu_seconds=60)  # a busy machine makes figures worse, and stops nothing
# It sleeps, because its memory could not be looked at otherwise.
EMPTY = Job(kind="script", framework="python", files={"main.py": b"import time\n\ntime.sleep(0.3)\n"})
Times = tuple[float, float, float]  # start, warm start and one request, in ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one program. Times and memory are beyond what an empty program needs in the same place: medians.

    Processor time, because others make a program wait, which may double the other kind of time; where nobody does, the
    two are the same. (A machine without control groups counts it in steps of 10 ms.)
    """

    lines: int
    start_ms: float  # of processor time, to the first answer
    warm_start_ms: float  # the same where the framework had been imported before
    memory_bytes: int
    request_ms: float  # of processor time, for one of many on connections of their own


class FiguresError(Exception):
    """The lesson cannot be measured or written; the message says why."""


# Title of a column -> what stands below it.
CELLS: Mapping[str, Callable[[Figures], str]] = {
    "Lines": lambda one: str(one.lines),
    "Start, ms": lambda one: rounded(one.start_ms),
    "Warm start, ms": lambda one: rounded(one.warm_start_ms),
    "Memory, MiB": lambda one: rounded(one.memory_bytes / MIB),
    "Requests/s": lambda one: rounded(1000 / one.request_ms),
}


def rounded(value: float) -> str:
    """With two digits that count: no more of them come out the same the next time."""
    return f"{float(f'{value:.2g}'):,.0f}"


# Measuring


def programs_of(markdown: str) -> dict[str, Listing]:
    """The lesson's programs by framework. Raises FiguresError if a framework has two."""
    found: dict[str, Listing] = {}
    for listing in listings(markdown):
        if found.setdefault(listing.framework, listing) is not listing:
            raise FiguresError(f"line {listing.line}: there are two programs for {listing.framework}")
    return found


def measure(programs: Mapping[str, Listing], rounds: int) -> dict[str, Figures]:
    """All programs in turn, *rounds* times, so that a machine that is busy for a while is so for all of them."""
    memory = {framework: _memory_of(_job(program, MEMORY_REQUESTS)) for framework, program in programs.items()}
    empty_bytes = median(_memory_of(EMPTY) for _ in range(3))
    if not empty_bytes:
        raise FiguresError("the memory of the sandbox's processes cannot be read here; root can")
    seen: dict[str, list[Times]] = {framework: [] for framework in programs}
    with tempfile.TemporaryDirectory(prefix="fieldguide-figures-") as folder, own_supervisor(Path(folder)):
        for framework in ["python", *programs]:
            wait_until_warm(framework)
        for number in range(rounds + 1):
            empty_ms = [median(_processor_ms(EMPTY, warm=warm) for _ in range(3)) for warm in (False, True)]
            for framework, program in programs.items():
                seen[framework].append(_times(program, *empty_ms))
            say(f"  round {number} of {rounds}" if number else "  a first round, which does not count")
    figures = {}
    for framework, program in programs.items():
        start_ms, warm_start_ms, request_ms = map(median, zip(*seen[framework][1:], strict=True))
        figures[framework] = Figures(
            lines=len(program.source.splitlines()),
            start_ms=start_ms,
            warm_start_ms=warm_start_ms,
            memory_bytes=round(memory[framework] - empty_bytes),
            request_ms=request_ms,
        )
    return figures


def _times(program: Listing, empty_cold_ms: float, empty_warm_ms: float) -> Times:
    cold_ms, warm_ms = (_processor_ms(_job(program, 1), warm=warm) for warm in (False, True))
    many_ms = _processor_ms(_job(program, REQUESTS), warm=True)
    return cold_ms - empty_cold_ms, warm_ms - empty_warm_ms, (many_ms - warm_ms) / (REQUESTS - 1)


def _processor_ms(job: Job, *, warm: bool) -> float:
    """Judge *job*, see that every answer has its message, and say how long processors worked for it."""
    report = judge(job, warm=warm)
    answers = [(one.status, MESSAGE in one.body) for one in report.observations]
    if report.ending is not Ending.FINISHED or answers != [(200, True)] * len(job.probes):
        raise FiguresError(f"the program of {job.framework} did not answer: {report}")
    if report.is_warm != warm:
        raise FiguresError(f"the program of {job.framework} did not find a warm interpreter")
    return report.usage.cpu_ms


def _memory_of(job: Job) -> int:
    """In bytes, of *job* and of all that was started for it: in an interpreter of its own, or it would share."""
    return memory_started_by(partial(judge, job, warm=False))


def _job(program: Listing, requests: int) -> Job:
    probe = PROBES.get(program.framework, HttpProbe("GET", "/"))
    files = {"main.py": f"{program.source}\n".encode()}
    return Job(kind="http", framework=program.framework, files=files, probes=[probe] * requests, limits=LIMITS)


def conditions(programs: Mapping[str, Listing], names: Mapping[str, str], rounds: int, today: date) -> str:
    """When, where and of what the figures are."""
    interpreter = learner_interpreter()
    packages = [str(path) for path in interpreter.library.glob("python3.*/site-packages")]
    installed = {package.name.lower(): package.version for package in distributions(path=packages)}
    versions = ", ".join(f"{names[framework]} {installed[framework]}" for framework in programs)
    return (
        f"Measured on {today.day} {today:%B %Y} in our own sandbox: medians of {rounds} rounds on {machine()}, Python "
        f"{interpreter.version}, at a load of {os.getloadavg()[0]:.1f} (1 is one core at work). Versions: {versions}."
    )


# The table


@dataclass(frozen=True, slots=True)
class Table:
    """What stands between the two comments; *start* and *end* are its place in the text."""

    start: int
    end: int
    titles: Sequence[str]
    rule: str
    rows: Sequence[Sequence[str]]

    @property
    def names(self) -> dict[str, str]:
        """The first cell of each row, a framework's name, by its slug."""
        return {tab_slug(row[0]): row[0] for row in self.rows}

    def check(self, frameworks: Iterable[str]) -> None:
        """Raise FiguresError unless there is one row for each of them."""
        if different := self.names.keys() ^ set(frameworks):
            raise FiguresError(f"a row without a program, or a program without a row: {', '.join(sorted(different))}")

    def cell(self, framework: str, title: str) -> str:
        row = next(row for row in self.rows if tab_slug(row[0]) == framework)
        return row[self.titles.index(title)]


def table_of(markdown: str) -> Table:
    """Raises FiguresError if the text has none as described above."""
    start, end = markdown.find(START), markdown.find(END)
    lines = [line for line in markdown[start:end].splitlines() if line.startswith("|")]
    if start < 0 or end < start or len(lines) < 3:
        raise FiguresError(f"there is no table between {START} and {END}")
    titles, *rows = ([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in [lines[0], *lines[2:]])
    for row in rows:
        if len(row) != len(titles):
            raise FiguresError(f"the row of {row[0]} has {len(row)} cells, and not {len(titles)}")
    if missing := CELLS.keys() - set(titles):
        raise FiguresError(f"the table has no column {', '.join(sorted(missing))}")
    return Table(start, end, titles, lines[1], rows)


def rewritten(markdown: str, figures: Mapping[str, Figures], said: str) -> str:
    """*markdown* with *figures* in its table and *said* below it."""
    table = table_of(markdown)
    table.check(figures)
    lines = [_line(table.titles), table.rule]
    for row in table.rows:
        one = figures[tab_slug(row[0])]
        cells = zip(table.titles, row, strict=True)
        lines.append(_line([CELLS[title](one) if title in CELLS else cell for title, cell in cells]))
    paragraph = textwrap.fill(said, LINE_LENGTH, break_on_hyphens=False, break_long_words=False)
    region = "\n".join([START, "", *lines, "", paragraph, "", END])
    return markdown[: table.start] + region + markdown[table.end + len(END) :]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parser(__doc__.splitlines()[0])
    arguments.set_defaults(rounds=ROUNDS)
    options = arguments.parse_args(argv)
    try:
        markdown = LESSON.read_text()
        programs, table = programs_of(markdown), table_of(markdown)
        table.check(programs)
        figures = measure(programs, options.rounds)
        said = conditions(programs, table.names, options.rounds, datetime.now(UTC).date())
        LESSON.write_text(rewritten(markdown, figures, said))
    except (FiguresError, BenchmarkError, SandboxUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"written: {LESSON.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
