"""What an idle app of each framework uses, so that a learner's limit counts the learner's part only."""

from dataclasses import dataclass

from sandbox.job import MIB


@dataclass(frozen=True, slots=True)
class Baseline:
    """Of a process tree that serves a minimal app and has answered one request.

    *cold_bytes*: memory as a cgroup charges it or sandbox.resources counts it, whichever is more, after a cold start.
    *warm_bytes*: the same where the process comes from a zygote that had imported the framework: its own pages only.
    *data_bytes*: VmData, what RLIMIT_DATA counts, private writable mappings with thread stacks, after a cold start;
    where a zygote has more of it than that, isolation.set_limits() counts from there.
    """

    cold_bytes: int
    warm_bytes: int
    data_bytes: int

    def memory_bytes(self, *, is_warm: bool) -> int:
        return self.warm_bytes if is_warm else self.cold_bytes


# Measured with the apps in tests/apps and Streamlit's in tests/scripts (Python 3.11, x86_64; three runs agree to
# 0.3 MB), rounded up by about 2 MB.
# tests/test_frameworks.py and test_preload.py fail when a new version of a framework moves one of them.
BASELINES = {
    "flask": Baseline(22 * MIB, 9 * MIB, 32 * MIB),
    "django": Baseline(32 * MIB, 11 * MIB, 40 * MIB),
    "fastapi": Baseline(34 * MIB, 12 * MIB, 44 * MIB),
    "starlette": Baseline(20 * MIB, 9 * MIB, 24 * MIB),
    "pyramid": Baseline(26 * MIB, 11 * MIB, 36 * MIB),
    "aiohttp": Baseline(22 * MIB, 9 * MIB, 24 * MIB),
    "sanic": Baseline(24 * MIB, 12 * MIB, 28 * MIB),
    "tornado": Baseline(17 * MIB, 9 * MIB, 20 * MIB),
    "gevent": Baseline(25 * MIB, 11 * MIB, 36 * MIB),
    "dash": Baseline(40 * MIB, 14 * MIB, 52 * MIB),
    "streamlit": Baseline(58 * MIB, 20 * MIB, 72 * MIB),
}
PYTHON = Baseline(16 * MIB, 8 * MIB, 24 * MIB)  # a program without a framework

# An unknown framework gets the most that any of ours needs: a limit that is too wide beats a verdict that is wrong.
# A zygote of plain Python, from which it is forked, has not imported it either.
LARGEST = Baseline(64 * MIB, 64 * MIB, 96 * MIB)


def baseline_of(framework: str) -> Baseline:
    return PYTHON if framework == "python" else BASELINES.get(framework, LARGEST)
