"""What an idle app of each framework uses, so that a learner's limit counts the learner's part only."""

from dataclasses import dataclass

from sandbox.job import MIB


@dataclass(frozen=True, slots=True)
class Baseline:
    """Of a process tree that serves a minimal app and has answered one request, started cold.

    *resident_bytes*: anonymous and shared memory, as sandbox.resources counts it (file pages are the host's cache).
    *data_bytes*: VmData, what RLIMIT_DATA counts: private writable mappings, thread stacks included.
    """

    resident_bytes: int
    data_bytes: int


# Measured with `python -m sandbox measure` (Python 3.11, x86_64): the highest of five runs, rounded up.
BASELINES = {
    "flask": Baseline(20 * MIB, 40 * MIB),
    "django": Baseline(32 * MIB, 56 * MIB),
    "fastapi": Baseline(44 * MIB, 80 * MIB),
    "starlette": Baseline(24 * MIB, 48 * MIB),
}

# An unknown framework gets the most that any of ours needs: a limit that is too wide beats a verdict that is wrong.
LARGEST = Baseline(200 * MIB, 400 * MIB)


def baseline_of(framework: str) -> Baseline:
    return BASELINES.get(framework, LARGEST)
