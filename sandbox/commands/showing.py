"""Shows what was seen of a job, for people and as JSON. Everything that came from inside is hostile to a terminal."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from sandbox.job import MIB, Burst, FunctionProbe, Job, Probe, WidgetProbe, WidgetSweep
from sandbox.report import Observation, Report

# Control characters, invisible ones (bidirectional overrides among them), and what is no character at all.
_HARMFUL = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_KEPT = "\n\t"
BODY_OF_BURST_BYTES = 200  # shown of each answer to a burst


def harmless(text: bytes | str) -> str:
    r"""*text* as a terminal can show it: nothing moves the cursor, sets a title or turns the reading direction.

    Harmful characters become escapes like \x1b and \u202e; bytes that are no UTF-8 become \xff.
    """
    if isinstance(text, bytes):
        text = text.decode(errors="backslashreplace")
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_harmless(character) else _escaped(character) for character in text)


def _is_harmless(character: str) -> bool:
    return character in _KEPT or unicodedata.category(character) not in _HARMFUL


def _escaped(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode() if character > "\x7f" else f"\\x{ord(character):02x}"


def lines(job: Job, report: Report) -> Iterator[str]:
    """Everything that was seen, for people."""
    usage, start = report.usage, "warm" if report.is_warm else "cold"
    yield (
        f"{report.ending} (level {report.level}, {start}): {usage.wall_ms:.0f} ms, CPU {usage.cpu_ms:.0f} ms, "
        f"memory {usage.memory_bytes / MIB:.1f} MiB above the baseline of {harmless(job.framework)}"
    )
    said = [f"{name} {harmless(str(value))}" for name, value in _members(report.detail) if value not in ("", None)]
    if said:
        yield f"detail: {', '.join(said)}"
    for probe, observation in zip(job.probes, report.observations, strict=False):
        yield ""
        yield from _exchange(probe, observation)
    for probe in job.probes[len(report.observations) :]:
        yield ""
        yield f"{_asked(probe)}: not sent"
    for name, stream in (("stdout", report.stdout), ("stderr", report.stderr)):
        if stream:
            yield ""
            yield f"--- {name}, {len(stream)} bytes{' (cut at the limit of output)' if report.truncated else ''}"
            yield harmless(stream).removesuffix("\n")


def _exchange(probe: Probe, observation: Observation) -> Iterator[str]:
    yield f"{_asked(probe)}: {_answer(observation)}"
    for name, value in observation.headers:
        yield f"  {harmless(name)}: {_one_line(value)}"
    for answer in observation.answers:
        chosen = f"{_one_line(answer.chosen[1])}: " if answer.chosen else ""
        yield f"  {chosen}{_answer(answer)} {_one_line(answer.body[:BODY_OF_BURST_BYTES])}"
    if observation.body:
        yield ""
        yield harmless(observation.body).removesuffix("\n")
    if observation.truncated:
        yield "(there was more)"


def _answer(observation: Observation) -> str:
    said = [f"status {observation.status}"] if observation.status is not None else []
    said += [f"error {harmless(observation.error)}"] if observation.error else []
    return ", ".join([*said, f"{observation.elapsed_ms:.1f} ms"])


def _asked(probe: Probe) -> str:
    if isinstance(probe, Burst):
        return f"{probe.clients} x {_asked(probe.request)}"
    if isinstance(probe, WidgetProbe):
        return f"widgets {_one_line(json.dumps(as_json(probe)))}"
    if isinstance(probe, WidgetSweep):
        return f"each option of {_one_line(', '.join(probe.types))}"
    if isinstance(probe, FunctionProbe):
        arguments = [_one_line(repr(argument)) for argument in probe.arguments]
        arguments += [f"{_one_line(name)}={_one_line(repr(argument))}" for name, argument in probe.keywords.items()]
        return f"{probe.function}({', '.join(arguments)})"
    return f"{_one_line(probe.method)} {_one_line(probe.path)}"


def _one_line(text: bytes | str) -> str:
    return harmless(text).replace("\n", "\\n").replace("\t", "\\t")


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    for member in fields(value):
        yield member.name, getattr(value, member.name)


def as_json(value: Any) -> Any:
    r"""A report, or a part of one, for json.dumps: bytes become text, with \xff for what is no UTF-8."""
    if is_dataclass(value):
        return {name: as_json(member) for name, member in _members(value)}
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    if isinstance(value, dict):
        return {as_json(key): as_json(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(member) for member in value]
    return value
