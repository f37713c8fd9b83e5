"""Renders for Prometheus what the workers counted and what they say about themselves.

In any web process the same: nothing of it is kept there. Without Redis there is one sample, fieldguide_metrics_up 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import redis
from django.utils.timezone import now
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from exercises import metrics, redis_client
from exercises.metrics import (
    COUNTERS,
    FAULT_KINDS,
    FAULTS,
    HISTOGRAMS,
    KEY,
    PROFILES,
    SEPARATOR,
    SUM,
    SUPERVISOR_FAULTS,
    bounded,
)
from exercises.worker_state import WorkerState, workers

QUEUES = ("grading", "batch")


class Metrics(Collector):
    """To be registered once a process."""

    def describe(self) -> Iterator[Metric]:
        """Every family, without samples: registering must not ask Redis."""
        yield up(0)
        yield from counted({})
        yield from of_queues({})
        yield from of_workers([])
        yield from of_supervisors([])

    def collect(self) -> Iterator[Metric]:
        try:
            states = workers()
            with redis_client.client().pipeline(transaction=False) as pipeline:
                pipeline.hgetall(KEY)
                for queue in QUEUES:
                    pipeline.llen(queue)
                fields, *lengths = pipeline.execute()
        except redis.RedisError:
            yield up(0)
            return
        yield up(1)
        yield from counted(fields)
        yield from of_queues(dict(zip(QUEUES, lengths, strict=True)))
        yield from of_workers(states)
        yield from of_supervisors(states)


def up(value: int) -> Metric:
    return GaugeMetricFamily(
        "fieldguide_metrics_up", "1 when Redis answered and the other metrics are there.", value=value
    )


def counted(fields: Mapping[str, str]) -> Iterator[Metric]:
    """The counters and histograms of exercises.metrics from the fields of their hash."""
    values = {tuple(name.split(SEPARATOR)): int(value) for name, value in fields.items()}
    for kind in FAULT_KINDS:  # from the start, so that the first fault is seen as a rise
        values.setdefault((FAULTS.name, kind), 0)
    for counter in COUNTERS:
        family = CounterMetricFamily(counter.name, counter.help, labels=list(counter.labels))
        for (name, *labels), value in sorted(values.items()):
            if name == counter.name and len(labels) == len(counter.labels):
                family.add_metric(labels, value)
        yield family
    for histogram in HISTOGRAMS:
        yield buckets_of(histogram, values)


def buckets_of(histogram: metrics.Histogram, values: Mapping[tuple[str, ...], int]) -> Metric:
    family = HistogramMetricFamily(histogram.name, histogram.help, labels=list(histogram.labels))
    length = len(histogram.labels) + 2
    found = {key: value for key, value in values.items() if key[0] == histogram.name and len(key) == length}
    for labels in sorted({key[1:-1] for key in found}):
        own = {key[-1]: value for key, value in found.items() if key[1:-1] == labels}
        total_ms = own.pop(SUM, 0)
        # By value and not by name: the bounds may have been others when these were counted.
        bounds = [*histogram.bounds, float("inf")]
        buckets = [(bound, sum(n for text, n in own.items() if float(text) <= bound)) for bound in bounds]
        named = [("+Inf" if bound == float("inf") else str(float(bound)), number) for bound, number in buckets]
        family.add_metric(list(labels), named, sum_value=total_ms / 1000)
    return family


def of_queues(lengths: Mapping[str, int]) -> Iterator[Metric]:
    length = GaugeMetricFamily("fieldguide_queue_length", "Messages that no worker has fetched yet.", labels=["queue"])
    for queue, number in lengths.items():
        length.add_metric([queue], number)
    yield length


def of_workers(states: list[WorkerState]) -> Iterator[Metric]:
    seen = GaugeMetricFamily("fieldguide_workers", "Workers seen in the last 20 s.", value=len(states))
    running = GaugeMetricFamily("fieldguide_runs_running", "Runs that are judged now.", labels=["worker"])
    consuming = GaugeMetricFamily(
        "fieldguide_worker_consuming", "1 when the worker takes runs from the queue.", labels=["worker"]
    )
    isolation = GaugeMetricFamily(
        "fieldguide_worker_isolation", "The level that its canary found, always 1.", labels=["worker", "level"]
    )
    canary = GaugeMetricFamily(
        "fieldguide_canary_ok", "1 when the last canary of the worker passed.", labels=["worker"]
    )
    age = GaugeMetricFamily(
        "fieldguide_canary_age_seconds", "Time since the worker's last canary ended.", labels=["worker"]
    )
    for state in states:
        worker = [state.hostname]
        running.add_metric(worker, state.running)
        if state.grades:
            consuming.add_metric(worker, state.is_consuming)
        isolation.add_metric([state.hostname, state.level or "none"], 1)
        canary.add_metric(worker, state.sandbox_ok)
        if state.checked_at:
            age.add_metric(worker, seconds_since(state.checked_at))
    yield from (seen, running, consuming, isolation, canary, age)


def of_supervisors(states: list[WorkerState]) -> Iterator[Metric]:
    """Of each machine once, though every worker on it reports the same supervisor."""
    up = GaugeMetricFamily("fieldguide_supervisor_up", "1 when the machine's supervisor answers.", labels=["machine"])
    zygotes = GaugeMetricFamily("fieldguide_zygotes", "Warm interpreters that are kept.", labels=["machine", "profile"])
    memory = GaugeMetricFamily(
        "fieldguide_zygote_memory_bytes", "Memory of these interpreters.", labels=["machine", "profile"]
    )
    starts = CounterMetricFamily(
        "fieldguide_zygote_starts",
        "Starts of such interpreters by the present supervisor.",
        labels=["machine", "profile"],
    )
    faults = CounterMetricFamily(
        "fieldguide_supervisor_faults", "Faults that the present supervisor saw.", labels=["machine", "kind"]
    )
    machines = {state.machine: state.supervisor for state in states}
    machines |= {state.machine: state.supervisor for state in states if state.supervisor}
    for machine, supervisor in sorted(machines.items()):
        up.add_metric([machine], supervisor is not None)
        if supervisor is None:
            continue
        kept = supervisor["zygotes"]
        for profile in sorted({bounded(zygote["profile"], PROFILES) for zygote in kept}):
            own = [zygote for zygote in kept if bounded(zygote["profile"], PROFILES) == profile]
            zygotes.add_metric([machine, profile], len(own))
            memory.add_metric([machine, profile], sum(zygote["memory_bytes"] for zygote in own))
        for profile, number in bounded_sums(supervisor["starts"], PROFILES):
            starts.add_metric([machine, profile], number)
        for kind, number in bounded_sums(supervisor["faults"], SUPERVISOR_FAULTS):
            faults.add_metric([machine, kind], number)
    yield from (up, zygotes, memory, starts, faults)


def bounded_sums(numbers: Mapping[str, int], known: frozenset[str]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for name, number in numbers.items():
        label = bounded(name, known)
        sums[label] = sums.get(label, 0) + number
    return sorted(sums.items())


def seconds_since(moment: datetime) -> float:
    """At least 0: the worker's clock may be ahead of ours."""
    return max(0.0, (now() - moment).total_seconds())
