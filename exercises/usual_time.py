"""How long the judging of an exercise usually takes, for who waits for it."""

from __future__ import annotations

from math import ceil, floor

from django.core.cache import cache
from django.utils.translation import gettext

from exercises.models import ExerciseVersion, Run

LOOKED_AT = 20  # of the newest runs
NEEDED = 5  # to say anything
KEPT_SECONDS = 300


def usual_time(version: ExerciseVersion) -> str:
    """In words; "" where too few runs are known. One query every few minutes."""
    key = f"usual-time:{version.pk}"
    bounds = cache.get(key)
    if bounds is None:
        bounds = _bounds(version)
        cache.set(key, bounds, KEPT_SECONDS)
    if not bounds:
        return ""
    low, high = bounds
    if high <= 1:
        return gettext("Usually takes less than a second.")
    if low == high:
        return gettext("Usually takes %(high)d s.") % {"high": high}
    return gettext("Usually takes %(low)d to %(high)d s.") % {"low": low, "high": high}


def _bounds(version: ExerciseVersion) -> tuple[int, ...]:
    """Seconds that most of the newest runs took, from and to; () for nothing."""
    runs = Run.objects.for_learners().without_previews().filter(submission__exercise_version=version)
    done = runs.filter(status=Run.Status.DONE).order_by("-pk")
    times = done.values_list("started_at", "finished_at")[:LOOKED_AT]
    seconds = sorted((end - begin).total_seconds() for begin, end in times if begin and end)
    if len(seconds) < NEEDED:
        return ()
    outer = len(seconds) // 10  # the quickest and the slowest tenth tell nothing
    return max(1, floor(seconds[outer])), max(1, ceil(seconds[-1 - outer]))
