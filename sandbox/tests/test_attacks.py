"""One hostile program a file in attacks/; sandbox/attacking.py says what each states and how it is judged.

Here they run at the level full, against a warm zygote; test_attacks_rootless.py has the other level and cold starts.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox import attacking
from sandbox.level import Level
from sandbox.tests.attacked import ATTACKS, at_level, hold_off, pids, warm

AT_ONCE = {
    *("fork_bomb", "kill_everything", "kill_own_group"),
    *("memory_of_others", "stays_with_everything", "left_for_the_next"),
}


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory, sandbox_uid):
    with at_level(Level.FULL), warm(tmp_path_factory.mktemp("supervisor")) as one:
        yield one


@pytest.mark.attack
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_ends_as_stated_and_leaves_nothing_behind(attack, supervisor):
    hold_off(attack, supervisor)


@pytest.mark.attack
def test_attacks_at_the_same_time_do_not_help_each_other(supervisor):
    zygotes = pids(supervisor)

    with ThreadPoolExecutor(len(AT_ONCE)) as threads:
        outcomes = list(threads.map(attacking.run, [attack for attack in ATTACKS if attack.name in AT_ONCE]))

    assert {outcome.name: outcome.said for outcome in outcomes if not outcome.held} == {}
    assert (len(outcomes), pids(supervisor)) == (len(AT_ONCE), zygotes)
