"""What an exercise may set otherwise than the sandbox's defaults, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext

KIB = 1024
MIB = 1024 * KIB


class Range(NamedTuple):
    low: int
    high: int
    is_whole: bool


# By field of sandbox.Limits (a test compares the two).
RANGES = {
    "wall_seconds": Range(1, 60, is_whole=False),
    "cpu_seconds": Range(1, 60, is_whole=False),
    "memory_bytes": Range(16 * MIB, 1024 * MIB, is_whole=True),
    "processes": Range(4, 128, is_whole=True),
    "output_bytes": Range(1 * KIB, 256 * KIB, is_whole=True),
    "files_bytes": Range(1 * MIB, 64 * MIB, is_whole=True),
}


# Where an exercise sets nothing: the sandbox's own (the same test), for the web process, which does not import that.
DEFAULTS: dict[str, int | float] = {
    "wall_seconds": 20.0,
    "cpu_seconds": 5.0,
    "memory_bytes": 256 * MIB,
    "processes": 32,
    "output_bytes": 64 * KIB,
    "files_bytes": 16 * MIB,
}


# Other defaults where a kind needs them: a cold start of Streamlit takes 2 s of CPU, and each look at the app 0.1 s.
DEFAULTS_OF_KIND: dict[str, dict[str, int | float]] = {"streamlit": {"wall_seconds": 40.0, "cpu_seconds": 20.0}}


def limits_for(kind: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """What programs of an exercise may use, where it sets *own* limits."""
    return {**DEFAULTS, **DEFAULTS_OF_KIND.get(kind, {}), **own}


def problem_of(limits: Mapping[str, Any]) -> str:
    """What is wrong with the limits of an exercise; "" when nothing is."""
    for name, value in limits.items():
        if name not in RANGES:
            return gettext("%(name)r is no limit; there are %(limits)s.") % {"name": name, "limits": ", ".join(RANGES)}
        low, high, is_whole = RANGES[name]
        is_number = isinstance(value, int if is_whole else int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            wanted = (
                gettext("%(name)s must be a whole number from %(low)s to %(high)s.")
                if is_whole
                else gettext("%(name)s must be a number from %(low)s to %(high)s.")
            )
            return wanted % {"name": name, "low": low, "high": high}
    return ""
