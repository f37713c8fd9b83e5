"""The attacks without control groups: rlimits and a poll from outside must do. And those for which it matters how a job
is started, without a warm zygote.
"""

import pytest

from sandbox.level import Level
from sandbox.tests.attacked import ATTACKS, at_level, hold_off, warm

# What a start brings in or leaves behind, and one of every kind of end.
HERE = [attack for attack in ATTACKS if attack.statements.get("level") != Level.FULL]
COLD = [attack for attack in HERE if attack.statements.get("start") == "cold as well"]


@pytest.fixture(scope="module")
def rootless(sandbox_uid):
    with at_level(Level.ROOTLESS):
        yield


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory, rootless):
    with warm(tmp_path_factory.mktemp("supervisor")) as one:
        yield one


@pytest.mark.attack
@pytest.mark.parametrize("attack", HERE, ids=lambda attack: attack.name)
def test_attack_ends_as_stated_without_control_groups(attack, supervisor):
    hold_off(attack, supervisor)


@pytest.mark.attack
@pytest.mark.parametrize("attack", COLD, ids=lambda attack: attack.name)
def test_attack_ends_as_stated_after_a_cold_start(attack, rootless, monkeypatch, tmp_path):
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "nobody.sock"))

    hold_off(attack, None)
