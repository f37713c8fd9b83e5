"""Where the attacks are run in tests: at a level, against warm zygotes or without any."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox import attacking, cgroup
from sandbox.level import Level, level
from sandbox.tests.supervised import Supervised, supervised

ATTACKS = attacking.attacks()
PROFILES = sorted({attack.framework for attack in ATTACKS})


@contextmanager
def at_level(wanted: Level) -> Iterator[None]:
    """Run jobs at this level; skips the test if this machine cannot."""
    if wanted is Level.FULL:
        try:
            cgroup.hierarchy()
        except cgroup.Unavailable as reason:
            pytest.skip(f"there is no level full here: {reason}")
    with variables(SANDBOX_LEVEL=wanted):
        level.cache_clear()
        try:
            yield
        finally:
            level.cache_clear()


@contextmanager
def warm(folder: Path) -> Iterator[Supervised]:
    """With a zygote ready for every profile that an attack needs; none of them ends before something is wrong."""
    with (
        variables(SANDBOX_SOCKET=str(folder / "sandbox.sock")),
        supervised(folder, SANDBOX_ZYGOTE_JOBS="1000000", SANDBOX_ZYGOTE_MEMORY="2048") as supervisor,
    ):
        for profile in PROFILES:
            supervisor.warm(profile)
        yield supervisor


@contextmanager
def variables(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def hold_off(attack: attacking.Attack, supervisor: Supervised | None) -> None:
    """Run *attack*; everything must hold, and the zygote that served it be what it was."""
    zygotes = pids(supervisor)

    outcome = attacking.run(attack)

    if outcome.skipped:
        pytest.skip(outcome.said)
    assert outcome.held, outcome.said
    assert outcome.is_warm == (supervisor is not None)
    assert pids(supervisor) == zygotes


def pids(supervisor: Supervised | None) -> dict[str, int]:
    """The zygotes by profile, where nothing has gone wrong with one."""
    if supervisor is None:
        return {}
    status = supervisor.status()
    assert status is not None
    assert status["faults"] == {}, supervisor.log.read_text()
    return {zygote["profile"]: zygote["pid"] for zygote in status["zygotes"]}
