"""The judge: starts a jail, sends the probes one after the other, watches the limits, and reports what was seen."""

import os
import re
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from sandbox.baseline import baseline_of
from sandbox.exchange import Exchange
from sandbox.explanation import Explanation
from sandbox.job import HttpProbe, Job
from sandbox.output import Output
from sandbox.report import Detail, Ending, Interrupted, Observation, Report, SandboxUnavailable, Usage
from sandbox.resources import Meter, ProcMeter
from sandbox.starting import Inside, started

LEVEL = "rootless"
POLL_SECONDS = 0.05
KEEP_GOING_SECONDS = 0.5
PROBE_SECONDS = 5.0  # a program that takes longer for one answer is timed out, however long the job may take
REFUSAL_SECONDS = 0.2  # a refused or closed connection is often the first sign of a program that is just ending
TRACEBACK_SECONDS = 0.1  # how long after an error a traceback may take to begin,
QUIET_SECONDS = 0.02  # and the pause that ends it
STDERR_OF_PROBE_BYTES = 4 * 1024

# The last line of a traceback. Under our limits Python raises this when an allocation was refused; a program that
# raises it by itself only harms its own result.
_MEMORY_ERROR = re.compile(rb"^(?:numpy\.\S+\.)?_?(?:Array)?MemoryError\b", re.MULTILINE)


def judge(
    job: Job,
    *,
    on_progress: Callable[[int], None] | None = None,
    keep_going: Callable[[], bool] | None = None,
) -> Report:
    """Run *job* and report what was seen; blocks for about as long as the program runs.

    *on_progress* is called with the number of probes answered so far. *keep_going* is asked about twice a second.

    Raises SandboxUnavailable, never a verdict, if the isolation or a part of ours failed, and Interrupted if
    *keep_going* said no. In every case nothing of the program is left when this returns.
    """
    with started(job) as inside, selectors.DefaultSelector() as selector:
        watch = _Watch(job, inside, selector, on_progress, keep_going)
        try:
            ending = watch.run()
        finally:
            watch.close()
        usage = watch.usage()
    return _report(watch, ending, usage)


def _report(watch: "_Watch", ending: Ending, usage: Usage) -> Report:
    output = watch.output
    detail = watch.explanation.detail
    if ending is Ending.EXITED:
        detail = replace(detail, reason=detail.reason or "exited", exit_code=watch.exit_code)
    elif ending is Ending.SIGNALLED and watch.exit_code is not None:
        detail = replace(detail, signal=_signal_name(-watch.exit_code))
    elif ending is Ending.FINISHED:
        detail = Detail()
    return Report(
        ending=ending,
        observations=tuple(watch.observations),
        stdout=output.stdout,
        stderr=output.stderr,
        truncated=output.is_full,
        usage=usage,
        level=LEVEL,
        detail=detail,
    )


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"  # a real-time one


@dataclass(slots=True)
class _Ended(Exception):
    """The job is over: a limit was reached, or the program ended."""

    ending: Ending


class _Watch:
    """One job: a loop over everything that its jail writes, which also keeps the limits."""

    def __init__(
        self,
        job: Job,
        inside: Inside,
        selector: selectors.BaseSelector,
        on_progress: Callable[[int], None] | None,
        keep_going: Callable[[], bool] | None,
    ) -> None:
        self.output = Output(job.limits.output_bytes)
        self.explanation = Explanation()
        self.observations: list[Observation] = []
        self.exit_code: int | None = None  # negative: the signal that ended it
        self._job = job
        self._inside = inside
        self._selector = selector
        self._on_progress = on_progress or (lambda _: None)
        self._keep_going = keep_going or (lambda: True)
        self._meter: Meter = ProcMeter(inside.proc, inside.folders)
        self._baseline = baseline_of(job.framework).resident_bytes
        self._peak_bytes = 0
        self._cpu_seconds = 0.0
        self._ended_at: float | None = None
        self._next_sample = inside.started
        self._next_question = inside.started + KEEP_GOING_SECONDS
        for descriptor, handle in (
            (inside.stdout, self._read_stdout),
            (inside.stderr, self._read_stderr),
            (inside.diagnosis, self._read_explanation),
            (inside.status, self._read_status),
        ):
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ, handle)

    def close(self) -> None:
        """Kill everything and read what is left in the pipes."""
        self._ended_at = time.monotonic()
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._inside.init, signal.SIGKILL)
        self._drain()

    def usage(self) -> Usage:
        wall_seconds = (self._ended_at or time.monotonic()) - self._inside.started
        return Usage(
            wall_ms=round(wall_seconds * 1000, 1),
            cpu_ms=round(self._cpu_seconds * 1000, 1),
            memory_bytes=max(0, self._peak_bytes - self._baseline),
        )

    def run(self) -> Ending:
        """Send the probes; how the job ended."""
        try:
            self._wait(lambda: self.explanation.is_ready)
            for probe, connection in zip(self._job.probes, self._inside.sockets, strict=True):
                self._ask(probe, Exchange(connection, probe, self._selector))
                self._on_progress(len(self.observations))
        except _Ended as end:
            return self._attributed(end.ending)
        return self._attributed(Ending.FINISHED)

    def _attributed(self, ending: Ending) -> Ending:
        """The ending that wins where several apply, after a last look at the usage and the pipes."""
        self._drain()
        reached = {ending, self._measure()}
        if Ending.MEMORY_EXCEEDED in reached or self._memory_was_refused():
            return Ending.MEMORY_EXCEEDED
        if Ending.TIMED_OUT in reached:
            return Ending.TIMED_OUT
        if self.output.is_full:
            return Ending.OUTPUT_EXCEEDED
        if ending is Ending.EXITED and self.explanation.detail.reason == "no_app":
            return Ending.NOT_READY
        if self.observations and all(observation.error == "refused" for observation in self.observations):
            return Ending.NOT_READY
        return ending

    def _memory_was_refused(self) -> bool:
        """Whether a limit of the kernel's, rather than our poll, stopped an allocation (see _MEMORY_ERROR)."""
        if _MEMORY_ERROR.match(self.explanation.detail.exception.encode()):
            return True
        failed = (o for o in self.observations if o.error or (o.status or 0) >= 500)
        return any(_MEMORY_ERROR.search(observation.stderr) for observation in failed)

    def _ask(self, probe: HttpProbe, exchange: Exchange) -> None:
        written_before = self.output.stderr_total
        deadline = time.monotonic() + PROBE_SECONDS
        try:
            try:
                self._wait(lambda: exchange.is_done, deadline)
                if not exchange.is_done:
                    raise _Ended(Ending.TIMED_OUT)
            except _Ended as end:
                exchange.give_up("timeout" if end.ending is Ending.TIMED_OUT else "closed")
                raise
            finally:
                exchange.close()
            self._wait_for_traceback(exchange.observation)
        finally:
            self._drain()
            stderr = self.output.stderr_since(written_before)[-STDERR_OF_PROBE_BYTES:]
            self.observations.append(replace(exchange.observation, stderr=stderr))

    def _wait_for_traceback(self, observation: Observation) -> None:
        """After an error let the program finish its traceback: some servers answer first and log then."""
        if observation.error in ("refused", "closed"):
            self._wait(lambda: False, time.monotonic() + REFUSAL_SECONDS)
        elif (observation.status or 0) >= 500:
            seen = self.output.stderr_total
            self._wait(lambda: self.output.stderr_total > seen, time.monotonic() + TRACEBACK_SECONDS)
            while self.output.stderr_total > seen:
                seen = self.output.stderr_total
                self._wait(lambda: False, time.monotonic() + QUIET_SECONDS)

    def _wait(self, is_over: Callable[[], bool], until: float | None = None) -> None:
        """Handle what comes in until *is_over*, or the time *until*. Raises _Ended at a limit or the program's end."""
        wall = self._inside.started + self._job.limits.wall_seconds
        until = wall if until is None else min(until, wall)
        while True:
            now = time.monotonic()
            pause = max(0.0, min(until, self._next_sample) - now)
            for key, _ in self._selector.select(pause):
                key.data()
            if self.output.is_full:
                raise _Ended(Ending.OUTPUT_EXCEEDED)
            now = time.monotonic()
            if now >= self._next_sample:
                self._next_sample = now + POLL_SECONDS
                if (reached := self._measure()) is not None:
                    raise _Ended(reached)
            if now >= self._next_question:
                self._next_question = now + KEEP_GOING_SECONDS
                if not self._keep_going():
                    raise Interrupted
            if is_over():
                return
            if self.exit_code is not None:
                raise _Ended(Ending.SIGNALLED if self.exit_code < 0 else Ending.EXITED)
            if now >= wall:
                raise _Ended(Ending.TIMED_OUT)
            if now >= until:
                return

    def _measure(self) -> Ending | None:
        """Take a sample; the limit that it is over, if any."""
        limits = self._job.limits
        sample = self._meter.sample()
        self._peak_bytes = max(self._peak_bytes, sample.memory_bytes)
        self._cpu_seconds = max(self._cpu_seconds, sample.cpu_seconds)
        if self._peak_bytes > self._baseline + limits.memory_bytes:
            return Ending.MEMORY_EXCEEDED
        if self._cpu_seconds > limits.cpu_seconds:
            return Ending.TIMED_OUT
        return None

    def _drain(self) -> None:
        """Read what is in the pipes now."""
        for read in (self._read_stdout, self._read_stderr, self._read_explanation):
            read()

    def _read_stdout(self) -> None:
        self._read(self._inside.stdout, self.output.add_stdout)

    def _read_stderr(self) -> None:
        self._read(self._inside.stderr, self.output.add_stderr)

    def _read_explanation(self) -> None:
        self._read(self._inside.diagnosis, self.explanation.feed)
        if self.explanation.is_full and self._inside.diagnosis in self._selector.get_map():
            self._selector.unregister(self._inside.diagnosis)  # or a flood would keep us busy

    def _read(self, descriptor: int, consume: Callable[[bytes], None]) -> None:
        """One pipe's worth at most, so that a flood cannot keep us here."""
        with suppress(BlockingIOError):
            data = os.read(descriptor, 65536)
            consume(data)
            if not data and descriptor in self._selector.get_map():  # closed: it would stay readable for ever
                self._selector.unregister(descriptor)

    def _read_status(self) -> None:
        said = os.read(self._inside.status, 16)
        if not said:
            raise SandboxUnavailable("the jail was killed from outside; see the kernel's log for a lack of memory")
        self.exit_code = int(said)
        self._selector.unregister(self._inside.status)
