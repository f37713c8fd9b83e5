"""Numbers of a benchmark, and how they are shown: no measuring here (sandbox.benchmark)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

KIB = 1024

# Further tables by their titles: a header, and rows.
Tables = dict[str, tuple[Sequence[str], list[Sequence[str]]]]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one thing took, each time that it was done."""

    name: str
    seconds: Sequence[float]

    @property
    def median_ms(self) -> float:
        return 1000 * median(self.seconds)

    @property
    def minimum_ms(self) -> float:
        return 1000 * min(self.seconds)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Jobs a second while *outstanding* of them were under way all the time; one number for each stretch."""

    name: str
    outstanding: int
    per_second: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.per_second)


@dataclass(frozen=True, slots=True)
class Target:
    """What a number should be, as a ratio to another one of the same run."""

    name: str
    bound: float
    sense: Literal["at most", "at least"]
    value: float | None  # None: it was not measured

    @property
    def outcome(self) -> str:
        if self.value is None:
            return "not measured"
        reached = self.value <= self.bound if self.sense == "at most" else self.value >= self.bound
        return "reached" if reached else "missed"


@dataclass(slots=True)
class Results:
    """Everything that one run measured. Latencies and throughputs are found by the names of their cases."""

    latencies: list[Latency] = field(default_factory=list)
    throughputs: list[Throughput] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)  # what this machine or this state cannot do, and why

    def median_ms(self, name: str) -> float | None:
        return next((one.median_ms for one in self.latencies if one.name == name), None)

    def best_per_second(self, name: str) -> float | None:
        """The most that was reached at any number of outstanding jobs."""
        return max((one.median for one in self.throughputs if one.name == name), default=None)


def ratio(value: float | None, reference: float | None) -> float | None:
    """*value* in units of *reference*; None when one of them was not measured."""
    return None if value is None or not reference else value / reference


def shown(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def milliseconds(value: float) -> str:
    """With one digit after the point where that says something."""
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def megabytes(size: int) -> str:
    return f"{size / KIB / KIB:.1f}"


def latency_table(results: Results, reference: Mapping[str, str]) -> str:
    """One row a case; *reference* names, for a case, the one whose median its ratio is given to."""
    rows = [
        (
            one.name,
            milliseconds(one.median_ms),
            milliseconds(one.minimum_ms),
            str(len(one.seconds)),
            _share(results, one, reference.get(one.name)),
        )
        for one in results.latencies
    ]
    return markdown(("case", "median ms", "minimum ms", "n", "ratio"), rows)


def _share(results: Results, one: Latency, reference: str | None) -> str:
    value = ratio(one.median_ms, results.median_ms(reference)) if reference else None
    return "" if value is None else f"{value:.3f} of {reference}"


def throughput_table(results: Results, reference: Mapping[str, str]) -> str:
    """One row a case, one column for each number of outstanding jobs, and the best one's ratio."""
    columns = sorted({one.outstanding for one in results.throughputs})
    names = list(dict.fromkeys(one.name for one in results.throughputs))
    found = {(one.name, one.outstanding): one for one in results.throughputs}
    rows = []
    for name in names:
        medians = [shown(found[name, count].median, 1) if (name, count) in found else "-" for count in columns]
        times = ratio(results.best_per_second(name), results.best_per_second(reference.get(name, "")))
        rows.append((name, *medians, "" if times is None else f"{times:.1f} times {reference[name]}"))
    return markdown(("jobs a second, median", *(f"{count} outstanding" for count in columns), "best"), rows)


def target_table(targets: Iterable[Target]) -> str:
    rows = [(one.name, f"{one.sense} {one.bound:g}", shown(one.value, 3), one.outcome) for one in targets]
    return markdown(("target", "wanted", "measured", ""), rows)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that can be read on a terminal too: cells padded, all columns but the first and last to the right."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[index]) for row in cells)) for index in range(len(header))]
    left = {0, len(header) - 1}
    lines = [
        "| "
        + " | ".join(cell.ljust(width) if index in left else cell.rjust(width) for index, (cell, width) in pairs)
        + " |"
        for row in cells
        for pairs in [list(enumerate(zip(row, widths, strict=True)))]
    ]
    rule = ["-" * width if index in left else "-" * (width - 1) + ":" for index, width in enumerate(widths)]
    return "\n".join([lines[0], "| " + " | ".join(rule) + " |", *lines[1:]])


def document(results: Results, targets: Sequence[Target], *, facts: Sequence[str], reference: Mapping[str, str]) -> str:
    """Everything as Markdown: *facts* are lines about the run and the machine."""
    parts = ["\n".join(f"- {fact}" for fact in facts)]
    if targets:
        parts += ["## Targets", target_table(targets)]
    if results.latencies:
        parts += ["## One job at a time", latency_table(results, reference)]
    if results.throughputs:
        parts += ["## Several at a time", throughput_table(results, reference)]
    for title, (header, rows) in results.tables.items():
        parts += [f"## {title}", markdown(header, rows)]
    if results.skipped:
        parts += ["## Not measured", "\n".join(f"- {line}" for line in results.skipped)]
    return "\n\n".join(parts) + "\n"
