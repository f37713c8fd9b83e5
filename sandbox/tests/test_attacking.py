"""What runs the attacks must notice when one of them succeeds."""

import fnmatch
import json
import re
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import SandboxUnavailable, attacking, judge
from sandbox.attacking import NoAttacks, attacks, run
from sandbox.interpreter import PROJECT_ROOT
from sandbox.tests.programs import job

HANDLER = """

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(got).encode()]
"""


def attack(tmp_path, statements, program, name="made_up"):
    path = tmp_path / f"{name}.py"
    path.write_text(f'"""Does something.\n\n{statements}\n"""\nimport json\ngot = []\n{program}{HANDLER}')
    return attacking._read(path)


def test_attacks_are_read_with_what_they_state():
    found = {one.name: one for one in attacks()}

    assert (found["fork_bomb"].summary, found["fork_bomb"].endings) == (
        "Forks for ever, in every child.",
        ["timed_out"],
    )
    assert found["heap_in_children"].limits.processes == 64


def test_documentation_names_attacks_that_there_are():
    page = (PROJECT_ROOT / "docs" / "sandbox.md").read_text()
    table = page.partition("| layer | where | stops (attack) |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([a-z0-9_*]+)`", row.rpartition(" | ")[2])}
    known = [one.name for one in attacks()]

    assert {name for name in named if not fnmatch.filter(known, name)} <= {"core_pattern"}


def test_attacks_are_missed_where_they_are_not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(attacking, "ATTACKS", tmp_path)

    with pytest.raises(NoAttacks, match="they come with the sources"):
        attacks()


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        ("accept: finished\nanser: []", "made_up.py states anser, which means nothing"),
        ("accept: finished, victory", "made_up.py accepts victory, which is no ending"),
        ("answer: []", "made_up.py accepts nothing, which is no ending"),
        ("accept: finished\nerrors: none, slow", "made_up.py accepts slow, which is no error"),
    ],
)
def test_attack_with_a_wrong_statement_is_refused(tmp_path, statements, problem):
    with pytest.raises(ValueError, match=problem):
        attack(tmp_path, statements, "")


@pytest.mark.attack
@pytest.mark.parametrize(
    ("statements", "program", "problem"),
    [
        ("accept: finished\nanswer: []", "", ""),
        ("accept: timed_out", "", "it ended finished, not timed_out"),
        ("accept: finished\nanswer: []", "got.append('secret')", "it answered [['secret']], not [[]]"),
        ("accept: finished\nrequests: 2\nanswers: [[], [1]]", "", "it answered [[], []], not [[], [1]]"),
        ("accept: finished\nerrors: closed", "", "its first answer has the error '', not closed"),
        ("accept: finished\nstatus: 404", "", "its first answer has the status 200, not 404"),
        ("accept: exited\nexit_code: 4", "import os; os._exit(3)", "it exited with 3, not 4"),
    ],
    ids=["as stated", "ending", "answer", "answers", "error", "status", "exit code"],
)
def test_run_notices_what_is_not_as_stated(tmp_path, statements, program, problem):
    outcome = run(attack(tmp_path, statements, program))

    assert (outcome.held, outcome.said.startswith(problem or "finished 200")) == (not problem, True), outcome.said


@pytest.mark.attack
def test_run_skips_an_attack_for_another_machine(tmp_path):
    outcome = run(attack(tmp_path, "accept: finished\nmachine: vax", ""))

    assert (outcome.skipped, outcome.held, outcome.said) == (True, True, "it is written for vax")


@pytest.mark.attack
@pytest.mark.parametrize("name", ["predecessor", "request", "expected"])
def test_search_of_memory_finds_what_is_there(tmp_path, name):
    """The attacks that search memory and objects are believed only because they find a secret that is planted."""
    for searcher in ("memory_of_others", "heap_and_frames"):
        source = (attacking.ATTACKS / f"{searcher}.py").read_text()
        planted = tmp_path / f"{searcher}.py"
        planted.write_text(
            source.replace("got = []\n", f'planted = ["".join(target["{name}"]), "x" * 70]\ngot = []\n', 1)
        )

        outcome = run(attacking._read(planted))

        assert not outcome.held
        assert name in outcome.said or "an object" in outcome.said


@pytest.mark.attack
def test_run_notices_damage_to_the_host_and_to_the_next_program(tmp_path):
    """With a judge that, after the attack, does what an escaped program would do."""
    calls = []

    def tampering(job):
        calls.append(job)
        report = judge(job)
        if len(calls) == 2:  # the attack itself
            folder = Path(json.loads(job.files["target.json"])["secret"]).parent
            (folder / "escaped").write_text("")
        if len(calls) == 3:
            place = json.loads(report.observations[0].body)
            place["environment"]["POISON"] = "1"
            answer = replace(report.observations[0], body=json.dumps(place).encode())
            return replace(report, observations=(answer,))
        return report

    outcome = run(attack(tmp_path, "accept: finished\nanswer: []", ""), judge=tampering)

    assert not outcome.held
    assert "the host's folder now holds ['escaped', 'secret', 'socket']" in outcome.said
    assert "the next program found other environment" in outcome.said


@pytest.mark.attack
def test_run_does_not_call_an_attack_held_that_makes_the_sandbox_unavailable(tmp_path):
    calls = []

    def failing(job):
        calls.append(job)
        if len(calls) == 2:
            raise SandboxUnavailable("the walls fell")
        return judge(job)

    outcome = run(attack(tmp_path, "accept: finished\nanswer: []", ""), judge=failing)

    assert (outcome.held, outcome.said.startswith("it made the sandbox unavailable: the walls fell")) == (False, True)


@pytest.mark.attack
def test_processes_of_jobs_are_seen_while_there_are_some(sandbox_uid):
    sleeping = threading.Thread(target=judge, args=(job("import time; time.sleep(1000)", wall_seconds=2),))
    sleeping.start()
    seen = set()
    while sleeping.is_alive():
        seen |= attacking.processes_of_jobs(sandbox_uid)
        time.sleep(0.02)

    assert (len(seen), attacking.processes_of_jobs(sandbox_uid) & seen) == (1, set())
