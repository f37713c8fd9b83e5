"""What is counted of runs, by all workers together, in Redis. exercises.exposition renders it; docs/operations.md has
the table.

Counting is never a reason to fail or to wait: it comes after a result is stored, in one round trip, and a Redis that is
away costs the count. Every value of a label is one of a few words known here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

import redis

from exercises import redis_client
from exercises.models import ExerciseVersion, Run

logger = logging.getLogger(__name__)

KEY = "metrics"  # a hash; its fields are "name|value of each label|…"
SEPARATOR = "|"
SUM = "sum"  # of a histogram, in milliseconds
SILENT_SECONDS = 5  # without a try after Redis was not there

NONE, OTHER = "none", "other"  # a label without a value, and with one that is not known here
FRAMEWORKS = frozenset(ExerciseVersion.Framework.values)
PROFILES = FRAMEWORKS | {"python"}  # of zygotes
# At the start of a zygote, in giving it a job, and by its ending itself.
SUPERVISOR_FAULTS = frozenset({"start", "job", "end"})
# How a worker's part of a run ends: with a verdict, or without one. "lost": another worker had taken it over.
STATUSES = ("done", "cancelled", "postponed", "broken", "lost")
# Values of sandbox.Ending (a test compares the two), for the web process, which does not import that.
ENDINGS = ("finished", "exited", "signalled", "not_ready", "timed_out", "memory_exceeded", "output_exceeded")
RUN_FAULTS = tuple(Run.Fault.values)
FAULT_KINDS = (*RUN_FAULTS, "canary_failed", "supervisor_died")


@dataclass(frozen=True, slots=True)
class Counter:
    """labels: by name the values that are known."""

    name: str  # without the _total that its samples get
    help: str
    labels: Mapping[str, frozenset[str]]

    def field(self, labels: Mapping[str, str], *more: str) -> str:
        """The field of the hash for these values."""
        if labels.keys() != self.labels.keys():
            raise ValueError(f"{self.name} has the labels {', '.join(self.labels)}, not {', '.join(labels)}")
        values = (bounded(labels[name], known) for name, known in self.labels.items())
        return SEPARATOR.join((self.name, *values, *more))


@dataclass(frozen=True, slots=True)
class Histogram(Counter):
    """Of seconds; bounds are the upper ends of its buckets."""

    bounds: tuple[float, ...]


RUNS = Counter(
    "fieldguide_runs",
    "Runs that went through a worker, each try by itself, by how that ended.",
    {
        "framework": FRAMEWORKS,
        "status": frozenset(STATUSES),
        "ending": frozenset(ENDINGS),
        "verdict": frozenset(Run.Verdict.values),
    },
)
QUEUE_WAIT = Histogram(
    "fieldguide_queue_wait_seconds",
    "Time from handing in to the start of the try that gave the verdict.",
    {},
    (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
RUN_TIME = Histogram(
    "fieldguide_run_seconds",
    "Time that a worker needed for a run with a verdict, the start of the sandbox included.",
    {"framework": FRAMEWORKS},
    (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
STARTS = Counter(
    "fieldguide_starts",
    "Runs with a verdict by how the sandbox was started: from a warm interpreter or a cold one.",
    {"framework": FRAMEWORKS, "start": frozenset({"warm", "cold"})},
)
FAULTS = Counter(
    "fieldguide_faults",
    "Faults of ours, by kind.",
    {"kind": frozenset(FAULT_KINDS)},
)
COUNTERS = (RUNS, STARTS, FAULTS)
HISTOGRAMS = (QUEUE_WAIT, RUN_TIME)


def bounded(value: str, known: frozenset[str]) -> str:
    if not value:
        return NONE
    return value if value in known else OTHER


@dataclass(slots=True)
class Counts:
    """Increments that are sent together."""

    fields: dict[str, int] = field(default_factory=dict)

    def add(self, counter: Counter, **labels: str) -> None:
        self._add(counter.field(labels), 1)

    def observe(self, histogram: Histogram, seconds: float, **labels: str) -> None:
        bound = next((bound for bound in histogram.bounds if seconds <= bound), float("inf"))
        self._add(histogram.field(labels, f"{bound:g}"), 1)
        self._add(histogram.field(labels, SUM), round(1000 * seconds))

    def _add(self, name: str, amount: int) -> None:
        self.fields[name] = self.fields.get(name, 0) + amount

    def send(self) -> bool:
        """False when Redis is away; for some seconds after that nobody waits for it again."""
        if monotonic() < _silence.until:
            return False
        try:
            with redis_client.client().pipeline(transaction=False) as pipeline:
                for name, amount in self.fields.items():
                    pipeline.hincrby(KEY, name, amount)
                pipeline.execute()
        except redis.RedisError as error:
            _silence.until = monotonic() + SILENT_SECONDS
            logger.debug("not counted: %s", error)
            return False
        return True


@dataclass(slots=True)
class Silence:
    until: float = 0.0


_silence = Silence()


def count(counter: Counter, **labels: str) -> bool:
    """Add one; False when Redis is away."""
    counts = Counts()
    counts.add(counter, **labels)
    return counts.send()
