"""What operators learn of each run that went through a worker: one line of the log, and counts. Nothing that a learner
wrote is in either."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, Protocol

import structlog
from celery import current_task
from django.utils.timezone import now

from exercises import metrics
from exercises.models import Run

logger = structlog.get_logger("exercises.job")

NO_RESULT: Mapping[str, Any] = {}


class Seen(Protocol):
    """What is of interest here in sandbox.Report, which only the judging knows."""

    @property
    def ending(self) -> str: ...
    @property
    def is_warm(self) -> bool: ...


class Job:
    """One try of a claimed run in this worker."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.began = monotonic()
        self.ending = ""
        self.warm: bool | None = None  # None: it did not come to that

    def observe(self, report: Seen) -> None:
        """Called by judging with what the sandbox reported."""
        self.ending = str(report.ending)
        self.warm = report.is_warm

    def end(self, status: str, *, reason: str = "", result: Mapping[str, Any] = NO_RESULT) -> None:
        """Log and count how it ended: status is one of metrics.STATUSES, result what judging returned, if it is stored.

        To be called when everything is stored: it must not delay that.
        """
        run, seconds = self.run, monotonic() - self.began
        framework = run.subject.framework
        verdict = str(result.get("verdict", ""))
        waited = ((run.started_at or now()) - run.created_at).total_seconds()
        logger.info(
            "job",
            run=str(run.uuid),
            purpose=run.purpose,
            submission=str(run.subject.uuid),
            exercise=run.subject.origin,
            framework=framework,
            status=status,
            verdict=verdict,
            reason=str(result.get("reason", reason)),
            ending=self.ending,
            isolation=result.get("level", ""),  # "level" is the line's own
            warm=self.warm,
            queue_wait_ms=round(1000 * waited),
            run_ms=round(1000 * seconds),
            wall_ms=result.get("wall_ms"),
            cpu_ms=result.get("cpu_ms"),
            memory_bytes=result.get("memory_bytes"),
            tries=run.tries,
            worker=worker_name(),
        )
        counts = metrics.Counts()
        counts.add(metrics.RUNS, framework=framework, status=status, ending=self.ending, verdict=verdict)
        if verdict and not run.is_in_batch:  # these times are the learners'
            counts.observe(metrics.QUEUE_WAIT, max(0.0, waited))
            counts.observe(metrics.RUN_TIME, seconds, framework=framework)
        if self.warm is not None:
            counts.add(metrics.STARTS, framework=framework, start="warm" if self.warm else "cold")
        if reason in metrics.RUN_FAULTS:
            counts.add(metrics.FAULTS, kind=reason)
        counts.send()


def worker_name() -> str:
    """Of the worker that runs the present task; "" outside of one."""
    return str(current_task.request.hostname or "") if current_task else ""
