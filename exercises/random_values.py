"""Random values of cases: what an author may ask for, and what a seed gives.

The values of a run are made again from its seed whenever they are needed, on any worker and any version of Python.
Therefore each value has a generator of its own and uses nothing but random(), whose sequence Python promises to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from string import ascii_lowercase
from typing import Any

from django.utils.translation import gettext

WORD_LENGTH = 8

# Keys of each kind beside "kind".
KINDS: dict[str, frozenset[str]] = {
    "word": frozenset(),  # eight letters from a to z
    "integer": frozenset({"min", "max"}),  # both included
    "decimal": frozenset({"min", "max", "step"}),  # min, min + step, ... up to max
    "choice": frozenset({"of"}),  # one element of an array
}

Spec = Mapping[str, Any]


def problem_of(spec: Spec) -> str:
    """What is wrong with the specification of a random value; "" when nothing is."""
    kind = spec.get("kind")
    if kind not in KINDS:
        return gettext("kind must be one of %(kinds)s") % {"kinds": ", ".join(KINDS)}
    if unknown := sorted(set(spec) - KINDS[kind] - {"kind"}):
        return gettext("%(unknown)s means nothing for kind %(kind)s") % {"unknown": unknown[0], "kind": kind}
    if missing := sorted(KINDS[kind] - set(spec)):
        return gettext("kind %(kind)s needs %(missing)s") % {"kind": kind, "missing": ", ".join(missing)}
    if kind == "choice":
        if not isinstance(spec["of"], list) or len(spec["of"]) < 2:
            return gettext("of must be an array of at least two values")
    elif kind == "integer":
        if not all(_is_integer(spec[name]) for name in ("min", "max")) or spec["min"] >= spec["max"]:
            return gettext("min and max must be integers, min the smaller one")
    elif kind == "decimal":
        if not all(is_number(spec[name]) for name in ("min", "max", "step")):
            return gettext("min, max and step must be numbers")
        if spec["step"] <= 0 or spec["max"] - spec["min"] < spec["step"]:
            return gettext("step must be above 0 and fit between min and max")
    return ""


def draw(seed: int, name: str, spec: Spec) -> Any:
    """The value that *seed* gives to the random value *name*; the same for all cases of a run."""
    generator = Random(f"{seed}:{name}")  # noqa: S311 - it must be repeatable, not secret
    if spec["kind"] == "word":
        return "".join(ascii_lowercase[_below(generator, len(ascii_lowercase))] for _ in range(WORD_LENGTH))
    if spec["kind"] == "choice":
        return spec["of"][_below(generator, len(spec["of"]))]
    if spec["kind"] == "integer":
        return spec["min"] + _below(generator, spec["max"] - spec["min"] + 1)
    low, high, step = (exact(spec[name]) for name in ("min", "max", "step"))
    return float(low + step * _below(generator, int((high - low) / step) + 1))


def compute(operation: str, operands: list[int | float], places: int | None) -> int | float:
    """The sum ("add") or product ("multiply") in decimal arithmetic, rounded half to even to *places*.

    An int when all operands are ints, else a float.
    """
    result = Decimal(1 if operation == "multiply" else 0)
    for operand in operands:
        result = result * exact(operand) if operation == "multiply" else result + exact(operand)
    if places is not None:
        result = result.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return int(result) if all(_is_integer(operand) for operand in operands) else float(result)


def exact(number: int | float) -> Decimal:
    """The decimal number that the author wrote: 0.1 is a tenth."""
    return Decimal(repr(number))


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _below(generator: Random, bound: int) -> int:
    return int(generator.random() * bound)
