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


# Measured with the apps in tests/apps and Streamlit's in tests/scripts (Python 3.11, x86_64; three runs agree to
# 0.1 MB), rounded up by about 2 MB.
# tests/test_frameworks.py fails when a new version of a framework moves one of them.
BASELINES = {
    "flask": Baseline(24 * MIB, 32 * MIB),
    "django": Baseline(32 * MIB, 40 * MIB),
    "fastapi": Baseline(34 * MIB, 40 * MIB),
    "starlette": Baseline(21 * MIB, 24 * MIB),
    "pyramid": Baseline(27 * MIB, 36 * MIB),
    "aiohttp": Baseline(23 * MIB, 24 * MIB),
    "sanic": Baseline(24 * MIB, 28 * MIB),
    "tornado": Baseline(18 * MIB, 20 * MIB),
    "gevent": Baseline(27 * MIB, 32 * MIB),
    "dash": Baseline(41 * MIB, 52 * MIB),
    "streamlit": Baseline(57 * MIB, 72 * MIB),
}
PYTHON = Baseline(15 * MIB, 24 * MIB)  # a program without a framework

# An unknown framework gets the most that any of ours needs: a limit that is too wide beats a verdict that is wrong.
LARGEST = Baseline(64 * MIB, 96 * MIB)


def baseline_of(framework: str) -> Baseline:
    return PYTHON if framework == "python" else BASELINES.get(framework, LARGEST)
