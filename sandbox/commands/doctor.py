"""Say which level of isolation this machine gives, layer by layer, and what to do about what is missing."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from sandbox.commands.options import add_level
from sandbox.commands.text import filled
from sandbox.doctor import Check, Diagnosis, diagnose
from sandbox.job import MIB

NAME_COLUMNS = 21
_MARKS = {True: "ok", False: "NO", None: "?"}
_LEVELS = {
    "full": "full: every layer holds, memory and processes are bounded by cgroups",
    "rootless": "rootless: every layer holds, but for the cgroups of the level full",
    "refuse": "refuse: nothing may run here",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the keys that docs/sandbox.md describes")
    add_level(parser)
    options = parser.parse_args(arguments)
    diagnosis = diagnose()
    if options.json:
        print(json.dumps(diagnosis.as_json(), indent=2))
    else:
        print("\n".join(lines(diagnosis)))
    return 0 if diagnosis.may_run else 1


def lines(diagnosis: Diagnosis) -> Iterator[str]:
    yield from _wrapped("Level", _LEVELS.get(diagnosis.level, diagnosis.level), 0)
    if diagnosis.reason:
        yield from _wrapped("", diagnosis.reason, 0)
    if diagnosis.layers:
        yield from ("", f"Layers, each tried in {len(diagnosis.starts)} trial jobs ({', '.join(diagnosis.starts)})")
        yield from _checks(diagnosis.layers)
    yield from ("", "This machine")
    yield from _checks(diagnosis.machine)
    yield from ("", "Supervisor")
    yield from _supervisor(diagnosis.supervisor)
    yield from ("", "Versions")
    for name, version in diagnosis.versions.items():
        yield from _wrapped(name.replace("_", " "), version or "not found")
    frameworks = ", ".join(f"{name} {version}" for name, version in diagnosis.frameworks.items())
    yield from _wrapped("frameworks", frameworks or "none")
    if diagnosis.advice:
        yield from ("", "What to do")
        for advice in diagnosis.advice:
            yield from filled(advice, "  - ")


def _supervisor(status: dict[str, Any] | None) -> Iterator[str]:
    """What it says of itself. It is ours, but a newer one may say less."""
    if status is None:
        yield from _wrapped("none", "jobs start cold; the worker starts one, or `python -m sandbox supervise`")
        return
    said = f"pid {status.get('pid')}, {status.get('jobs', 0)} jobs done, {_named(status.get('starts', {}))} started, "
    said += f"{_named(status.get('faults', {}))} faults, may use {status.get('memory_budget_bytes', 0) // MIB} MiB"
    yield from _wrapped("running", said)
    for one in status.get("zygotes", []):
        uses = f"{one.get('jobs')} jobs, {one.get('running')} now, {one.get('memory_bytes', 0) // MIB} MiB"
        yield from _wrapped(f"   {one.get('profile')}", f"{one.get('state')}, pid {one.get('pid')}, {uses}")


def _named(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "no"


def _checks(checks: list[Check]) -> Iterator[str]:
    for check in checks:
        yield from _wrapped(f"{_MARKS[check.holds]:3}{check.name}", check.text)


def _wrapped(name: str, text: str, indent: int = 2) -> list[str]:
    """*name*, and beside it *text* in a column of its own."""
    return filled(text, " " * indent + f"{name:{NAME_COLUMNS}} ")
