"""One hostile program a file in attacks/; sandbox/attacking.py says what each states and how it is judged.

Here they run at the level full, against a warm zygote; test_attacks_rootless.py has the other level and cold starts.
"""

import pytest

from sandbox.level import Level
from sandbox.tests.attacked import ATTACKS, at_level, hold_off, warm


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory, sandbox_uid):
    with at_level(Level.FULL), warm(tmp_path_factory.mktemp("supervisor")) as one:
        yield one


@pytest.mark.attack
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_ends_as_stated_and_leaves_nothing_behind(attack, supervisor):
    hold_off(attack, supervisor)
