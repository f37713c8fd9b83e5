"""The judge: starts a jail, sends the probes one after the other, watches the limits, and reports what was seen."""

import functools
import logging
import os
import re
import selectors
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sandbox import listening, widgets
from sandbox.exchange import Exchange
from sandbox.explanation import Explanation
from sandbox.http_response import MAX_BODY_BYTES
from sandbox.job import (
    KIB,
    MAX_SWEPT_OPTIONS,
    MAX_SWEPT_WIDGETS,
    SPARE_SOCKETS,
    Burst,
    FunctionProbe,
    HttpProbe,
    Job,
    Probe,
    WidgetProbe,
    WidgetSweep,
)
from sandbox.output import Output
from sandbox.report import Detail, Ending, Interrupted, Observation, Report, SandboxUnavailable, Usage
from sandbox.resources import Meter, ProcMeter, Sample, next_poll
from sandbox.starting import KEEP_GOING_SECONDS, Inside, ZygoteLost, started

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.01  # between two looks for a port that the program listens on
# A program that takes longer for one answer is timed out, however long the job may take. An endless loop is ended by
# the limit of CPU time long before. To import what it needs a program has the whole time of the job, and Streamlit's do
# that in their first answer.
PROBE_SECONDS = 10.0
REFUSAL_SECONDS = 0.2  # a refused or closed connection is often the first sign of a program that is just ending
TRACEBACK_SECONDS = 0.5  # how long after an error a traceback may take to begin,
QUIET_SECONDS = 0.02  # and the pause that ends it
PROGRAM_PID = "2"  # inside, of the child that pid 1 has forked for the learner's program
OK = 200
INTERNAL_ERROR = 500  # what servers answer for an exception
STDERR_OF_PROBE_BYTES = 4 * 1024
WIDGETS_BODY_BYTES = 512 * KIB  # of what a Streamlit app shows, data of charts and tables included
INTERACT = "/_stcore/agent/interact"
JSON = [("Content-Type", "application/json")]

# The last line of a traceback. Under our limits Python raises this when an allocation was refused; a program that
# raises it by itself only harms its own result.
_MEMORY_ERROR = re.compile(rb"^(?:numpy\.\S+\.)?_?(?:Array)?MemoryError\b", re.MULTILINE)


def judge(
    job: Job,
    *,
    on_progress: Callable[[int], None] | None = None,
    keep_going: Callable[[], bool] | None = None,
    warm: bool = True,
) -> Report:
    """Run *job* and report what was seen; blocks for about as long as the program runs.

    *on_progress* is called with the number of probes answered so far. *keep_going* is asked about twice a second.
    Not *warm* is an interpreter for this job alone, which it gets in any case where no warm one is ready.

    Raises SandboxUnavailable, never a verdict, if the isolation or a part of ours failed, and Interrupted if
    *keep_going* said no. In every case nothing of the program is left when this returns.
    """
    try:
        return _judge(job, on_progress, keep_going, warm=warm)
    except ZygoteLost as error:
        logger.warning("starting cold: %s", error)
        return _judge(job, on_progress, keep_going, warm=False)


def _judge(
    job: Job, on_progress: Callable[[int], None] | None, keep_going: Callable[[], bool] | None, *, warm: bool
) -> Report:
    with (
        started(job, warm=warm, keep_going=keep_going or (lambda: True)) as inside,
        selectors.DefaultSelector() as selector,
    ):
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
    if ending is Ending.FINISHED and watch.job.kind == "script":
        detail = replace(detail, exit_code=watch.exit_code)
    elif ending is Ending.EXITED:
        reason = detail.reason if detail.reason != "no_app" else ""  # it had one, and then ended
        detail = replace(detail, reason=reason or "exited", exit_code=watch.exit_code)
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
        level=watch.level,
        is_warm=watch.is_warm,
        detail=detail,
    )


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"  # a real-time one


def _together(answers: Sequence[Observation], elapsed_ms: float) -> Observation:
    """A burst's answers as one observation."""
    error = next((answer.error for answer in answers if answer.error), "")
    return Observation(elapsed_ms=round(elapsed_ms, 2), error=error, answers=tuple(answers))


def _was_refused(observation: Observation) -> bool:
    """Whether nobody accepted a connection, not even the first one of a burst."""
    return observation.error == "refused" and len(observation.answers) <= 1


def _has_failed(observation: Observation) -> bool:
    if observation.error or (observation.status or 0) >= 500:
        return True
    return any(map(_has_failed, observation.answers))


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
        self.level = inside.level
        self.is_warm = inside.is_warm
        self.exit_code: int | None = None  # negative: the signal that ended it
        self.job = job
        self._inside = inside
        self._selector = selector
        self._on_progress = on_progress or (lambda _: None)
        self._keep_going = keep_going or (lambda: True)
        self._meter: Meter = inside.group or ProcMeter(inside.proc, inside.folders, inside.sockets)
        self._baseline = inside.baseline_bytes
        self._peak_bytes = 0
        self._cpu_seconds = 0.0
        self._last_sample = Sample(0.0, 0, taken=inside.started)
        self._ended_at: float | None = None
        self._sockets = iter(inside.sockets)
        self._port: int | None = None  # where the program listens
        self._session: str | None = None  # of Streamlit, as the first answer named it
        self._page: bytes | None = None  # what Streamlit showed last; None until it has answered anything
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
        self._kill()
        if isinstance(self._meter, ProcMeter):
            self._meter.close()
        self._drain()

    def _kill(self) -> None:
        """Have pid 1 killed, and with it everything; its child at once, so that both are taken down side by side."""
        with suppress(OSError):  # it is gone, or nobody may look at it
            child = os.open(PROGRAM_PID, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._inside.proc)
            try:
                signal.pidfd_send_signal(child, signal.SIGKILL)
            finally:
                os.close(child)
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._inside.init, signal.SIGKILL)

    def usage(self) -> Usage:
        wall_seconds = (self._ended_at or time.monotonic()) - self._inside.started
        return Usage(
            wall_ms=round(wall_seconds * 1000, 1),
            cpu_ms=round(self._cpu_seconds * 1000, 1),
            memory_bytes=max(0, self._peak_bytes - self._baseline),
        )

    def run(self) -> Ending:
        """Send the probes, or wait for a script's end; how the job ended."""
        try:
            if self.job.kind == "script":
                self._wait(lambda: False)
            self._port = self._wait_for_port()
            for probe in self.job.probes:
                self._ask(probe, self._port)
                self._on_progress(len(self.observations))
        except _Ended as end:
            if self.job.kind == "script" and end.ending is Ending.EXITED:
                return self._attributed(Ending.FINISHED)
            return self._attributed(end.ending)
        return self._attributed(Ending.FINISHED)

    def _wait_for_port(self) -> int:
        """Wait until the program listens.

        Its word that it does is taken once, for PORT: should nobody be there, the first probe finds out. Otherwise the
        kernel is asked, which walks all sockets of the machine for the answer.
        """
        was_told = self.explanation.is_ready
        seen = None
        while True:
            self._wait(lambda: self.explanation.is_ready and not was_told, time.monotonic() + LOOK_SECONDS)
            if self.explanation.is_ready and not was_told:
                return listening.PORT
            port = listening.port_of(self._inside.proc)
            # One that is not the usual one may be something else that the program opens first.
            if port is not None and port in (listening.PORT, seen):
                return listening.PORT if self.job.must_serve else port
            seen = port

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
        was_heard = not all(map(_was_refused, self.observations))
        if ending is Ending.EXITED and not was_heard and self.explanation.detail.reason == "no_app":
            return Ending.NOT_READY
        if ending is Ending.FINISHED and self.observations and not was_heard:
            return Ending.NOT_READY
        return ending

    def _memory_was_refused(self) -> bool:
        """Whether a limit of the kernel's, rather than our poll, stopped an allocation (see _MEMORY_ERROR)."""
        if _MEMORY_ERROR.match(self.explanation.detail.exception.encode()):
            return True
        return any(_MEMORY_ERROR.search(one.stderr) for one in self.observations if _has_failed(one))

    def _ask(self, probe: Probe, port: int) -> None:
        """Send *probe* and append what came of it, also where the job ended meanwhile."""
        written_before = self.output.stderr_total
        observation, end = self._observe(probe, port) if self.observations else self._observe_first(probe, port)
        try:
            if end is not None:
                raise end
            self._wait_for_traceback(observation, written_before)
        finally:
            self._drain()
            stderr = self.output.stderr_since(written_before)[-STDERR_OF_PROBE_BYTES:]
            self.observations.append(replace(observation, stderr=stderr))

    def _observe_first(self, probe: Probe, port: int) -> "tuple[Observation, _Ended | None]":
        """As _observe. A port that was open only in passing, which the first probe finds out, is none: look again."""
        observation, end = self._observe(probe, port)
        for _ in range(SPARE_SOCKETS):
            if end is not None or not _was_refused(observation) or listening.port_of(self._inside.proc) == port:
                break
            try:
                self._port = port = self._wait_for_port()
            except _Ended as ended:
                return observation, ended
            observation, end = self._observe(probe, port)
        return observation, end

    def _observe(self, probe: Probe, port: int) -> "tuple[Observation, _Ended | None]":
        match probe:
            case Burst():
                return self._burst(probe, port)
            case WidgetProbe():
                return self._interact(probe, port)
            case WidgetSweep():
                return self._sweep(probe, port)
            case FunctionProbe():
                (observation,), end = self._exchange([HttpProbe("POST", "/", JSON, probe.body())], port)
            case _:
                (observation,), end = self._exchange([probe], port)
        return observation, end

    def _burst(self, burst: Burst, port: int) -> "tuple[Observation, _Ended | None]":
        answers, end = self._exchange([burst.request], port)
        if end is not None or _has_failed(answers[0]):
            return _together(answers, answers[0].elapsed_ms), end
        attempts = []
        for _ in range(burst.attempts):
            started = time.monotonic()
            answers, end = self._exchange([burst.request] * burst.clients, port)
            attempts.append(_together(answers, (time.monotonic() - started) * 1000))
            if end is not None:
                return attempts[-1], end
            if _has_failed(attempts[-1]):
                break  # once more would only be more tracebacks, which could fill the output
        return min(attempts, key=lambda attempt: (attempt.error != "", attempt.elapsed_ms)), None

    def _interact(self, probe: WidgetProbe, port: int) -> "tuple[Observation, _Ended | None]":
        """One interaction in the session of this job."""
        if probe.names and self._page is None:  # once at most, for which there is a socket
            observation, end = self._interact(WidgetProbe(), port)
            if end is not None or observation.error:
                return observation, end
        probe = probe.called({name: widgets.key_of(name, self._page or b"") for name in probe.names})
        request = HttpProbe("POST", INTERACT, JSON, probe.body(self._session))
        seconds = PROBE_SECONDS if self._page else self.job.limits.wall_seconds
        (observation,), end = self._exchange([request], port, WIDGETS_BODY_BYTES, seconds)
        self._session = self._session or widgets.session_in(observation.body)
        if observation.status == OK:
            self._page = observation.body
        elif not observation.error:
            self._page = self._page or b""
        return observation, end

    def _sweep(self, sweep: WidgetSweep, port: int) -> "tuple[Observation, _Ended | None]":
        started = time.monotonic()
        observation, end = self._interact(WidgetProbe(), port)
        answers = [observation]
        for choice in widgets.choices_in(observation.body, sweep.types)[:MAX_SWEPT_WIDGETS]:
            options = choice.options[:MAX_SWEPT_OPTIONS]
            for option in (*options, options[0]):
                if end is not None or observation.error:
                    break
                trigger = {"key": choice.submit} if choice.submit else None
                observation, end = self._interact(WidgetProbe({choice.key: option}, trigger), port)
                answers.append(replace(observation, chosen=(choice.key, option)))
        return _together(answers, (time.monotonic() - started) * 1000), end

    def _exchange(
        self,
        requests: Sequence[HttpProbe],
        port: int,
        body_bytes: int = MAX_BODY_BYTES,
        seconds: float = PROBE_SECONDS,
    ) -> "tuple[list[Observation], _Ended | None]":
        """The answers to *requests*, sent at once, and why the job ended, if it did before they were there."""
        exchanges = [Exchange(next(self._sockets), port, one, self._selector, body_bytes) for one in requests]
        end = None
        try:
            self._wait(lambda: all(one.is_done for one in exchanges), time.monotonic() + seconds)
            if not all(one.is_done for one in exchanges):
                end = _Ended(Ending.TIMED_OUT)
        except _Ended as ended:
            end = ended
        finally:
            for one in exchanges:
                one.close()
        for one in exchanges:  # those that are done stay as they are
            one.give_up("timeout" if end is not None and end.ending is Ending.TIMED_OUT else "closed")
        return [one.observation for one in exchanges], end

    def _wait_for_traceback(self, observation: Observation, written_before: int) -> None:
        """After an error let the program finish its traceback: some servers answer first and log then."""
        if observation.error in ("refused", "closed"):
            self._wait(lambda: False, time.monotonic() + REFUSAL_SECONDS)
        elif any(one.status == INTERNAL_ERROR for one in (observation, *observation.answers)):
            has_begun = functools.partial(self._has_traceback, written_before)
            self._wait(has_begun, time.monotonic() + TRACEBACK_SECONDS)
            seen = -1 if has_begun() else self.output.stderr_total
            while self.output.stderr_total > seen:
                seen = self.output.stderr_total
                self._wait(lambda: False, time.monotonic() + QUIET_SECONDS)

    def _has_traceback(self, written_before: int) -> bool:
        return b"Traceback (most recent call last)" in self.output.stderr_since(written_before)

    def _wait(self, is_over: Callable[[], bool], until: float | None = None) -> None:
        """Handle what comes in until *is_over*, or the time *until*. Raises _Ended at a limit or the program's end."""
        wall = self._inside.started + self.job.limits.wall_seconds
        until = wall if until is None else min(until, wall)
        while True:
            now = time.monotonic()
            pause = max(0.0, min(until, self._next_sample) - now)
            for key, _ in self._selector.select(pause):
                key.data()
            if self.output.is_full:
                raise _Ended(Ending.OUTPUT_EXCEEDED)
            now = time.monotonic()
            if now >= self._next_sample and (reached := self._measure()) is not None:
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
        limits = self.job.limits
        sample = self._meter.sample()
        most_bytes = self._baseline + limits.memory_bytes
        self._next_sample = time.monotonic() + next_poll(self._last_sample, sample, most_bytes)
        self._last_sample = sample
        self._peak_bytes = max(self._peak_bytes, sample.memory_bytes)
        self._cpu_seconds = max(self._cpu_seconds, sample.cpu_seconds)
        if sample.is_out_of_memory or self._peak_bytes > most_bytes:
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
            if self._measure() is Ending.MEMORY_EXCEEDED:  # the kernel may have chosen pid 1
                raise _Ended(Ending.MEMORY_EXCEEDED)
            lost = ZygoteLost if self._inside.is_warm else SandboxUnavailable
            raise lost("the jail was killed from outside; see the kernel's log for a lack of memory")
        self.exit_code = int(said)
        self._selector.unregister(self._inside.status)
