"""What a job was seen to do. Everything that came from inside is hostile: decode, parse and escape it defensively."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class SandboxUnavailable(Exception):
    """The isolation, or a part of ours, could not be had; nothing was learnt about the program.

    The reason says what is wrong and what to do about it. Never a verdict: try again, or tell the operator.
    """


class Interrupted(Exception):
    """keep_going said no: everything was killed and there is no report."""


class Ending(StrEnum):
    """How a job ended. Where several apply: memory, then time, then output, then the rest."""

    # Every probe was sent, whatever was answered, and the program still ran; or a script ended by itself, however.
    FINISHED = "finished"
    EXITED = "exited"  # it ended by itself before the last probe was answered; its exit code proves nothing
    SIGNALLED = "signalled"  # the same, or a script's end, by a signal
    NOT_READY = "not_ready"  # nothing to talk to: no `app`, and nothing that listens or accepts connections
    TIMED_OUT = "timed_out"
    MEMORY_EXCEEDED = "memory_exceeded"
    OUTPUT_EXCEEDED = "output_exceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The answer to one probe.

    Of a burst *elapsed_ms* is the time until all its answers were there, *answers* has an observation for each of them,
    *error* is the first of theirs, and there is no status, header or body. The same goes for a sweep, of whose answers
    *chosen* says which widget, by its key, was set to which option before; None in the first.

    *error* is "" for a complete response, else refused, closed, timeout, malformed or too_large; what arrived before
    is kept. *body* is at most 64 KiB (of a widget probe 512 KiB) and not decompressed; *truncated* says that there was
    more.
    *stderr* is what the program wrote to stderr during this probe, at most 4 KiB, the end of it.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    elapsed_ms: float = 0.0
    error: str = ""
    stderr: bytes = b""
    answers: "tuple[Observation, ...]" = ()
    chosen: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the job used: wall time since the lock-down, CPU of all processes, peak memory above the baseline."""

    wall_ms: float = 0.0
    cpu_ms: float = 0.0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What the inside says about a program that did not start, or a script that failed.

    Forgeable: it may word a sentence, never a verdict.

    *reason* is "" or syntax_error, import_error, no_app, exited, exception, blocked. *file* is one of the learner's,
    relative to the work folder; *line* and *column* count from 1. *exit_code* and *signal* are seen from outside.
    """

    reason: str = ""
    exception: str = ""
    message: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    source: str = ""
    exit_code: int | None = None
    signal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything seen of one job. *observations* has one entry for each probe that was sent, in order."""

    ending: Ending
    observations: Sequence[Observation] = ()
    stdout: bytes = b""
    stderr: bytes = b""
    truncated: bool = False  # the output reached its cap
    usage: Usage = field(default_factory=Usage)
    level: str = "rootless"
    is_warm: bool = False  # forked from a zygote that had imported the framework
    detail: Detail = field(default_factory=Detail)
