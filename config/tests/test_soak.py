"""What the soak counts, and what it calls the same; `make soak` is the test of the sandbox."""

import json
from dataclasses import replace

import pytest

from config import soak
from config.chaos import Counts, Program, programs
from config.soak import Outcome, Tally, essence_of, tasks
from config.tests.site import CONTENT

PASSED = Outcome("hello-flask", 1, "passed", "all passed", "{}", 0.5)
SEEN = {
    "verdict": "failed",
    "reason": "mismatch",
    "score": 0.5,
    "wall_ms": 20,
    "tests": [
        {
            "name": "GET /",
            "status": "passed",
            "request": {"method": "GET", "path": "/"},
            "message": None,
            "expected": None,
            "actual": None,
            "duration_ms": 1.5,
        }
    ],
}


def test_each_seed_is_judged_twice_and_exercises_take_turns():
    assert list(tasks(["a", "b"], 4)) == [("a", 1), ("b", 1), ("a", 2), ("b", 2)] * 2
    assert [seed for _, seed in tasks(["a"], 5)] == [1, 2, 3, 1, 2]


def test_runs_that_pass_alike_are_clean():
    tally = Tally()

    assert [tally.add(PASSED), tally.add(replace(PASSED, seconds=0.7))] == [True, True]
    assert tally.is_clean
    assert tally.runs == 2
    assert tally.summary()[1].split() == ["hello-flask", "2", "600", "700"]


def test_a_run_that_does_not_pass_is_kept():
    tally = Tally()
    failed = replace(PASSED, verdict="timed_out", essence="timed out")

    assert not tally.add(failed)
    assert not tally.is_clean
    assert tally.not_passed == [failed]
    assert tally.summary()[-1].startswith("1 runs of 1 solutions: 1 did not pass, 0 changed")


def test_another_result_with_the_same_seed_is_a_change_although_it_passed():
    tally, other = Tally(), replace(PASSED, essence="passed otherwise")
    tally.add(PASSED)

    assert tally.add(replace(other, seed=2))
    assert not tally.add(other)
    assert tally.changed == [(PASSED, other)]
    assert tally.not_passed == []


def test_time_is_no_part_of_what_has_to_be_the_same():
    slower = SEEN | {"wall_ms": 90, "tests": [SEEN["tests"][0] | {"duration_ms": 70.0}]}
    other = SEEN | {"tests": [SEEN["tests"][0] | {"request": {"method": "GET", "path": "/other"}}]}

    assert essence_of(slower) == essence_of(SEEN)
    assert essence_of(other) != essence_of(SEEN)
    assert json.loads(essence_of(SEEN))[:3] == ["failed", "mismatch", 0.5]


@pytest.mark.parametrize("option", ["--runs", "--parallel", "--minutes"])
def test_counts_are_checked(option, capsys):
    with pytest.raises(SystemExit) as end:
        soak.main([option, "none"])

    assert end.value.code == 2
    assert "'none' is not a whole number" in capsys.readouterr().err


def test_every_exercise_gives_programs_that_pass_and_programs_that_do_not():
    found = programs(CONTENT / "exercises")

    for folder in (path.parent for path in (CONTENT / "exercises").glob("*/solution")):
        own = [program for program in found if program.exercise == folder.name]
        assert {program.passes for program in own} == {True, False}, folder.name
        assert len({frozenset(program.files) for program in own}) == 1, folder.name


@pytest.mark.parametrize(
    ("passes", "status", "verdict", "is_right"),
    [
        (True, "done", "passed", True),
        (True, "done", "failed", False),
        (True, "broken", None, False),
        (True, "queued", None, False),
        (False, "done", "failed", True),
        (False, "done", "passed", False),
        (False, "broken", None, False),
    ],
)
def test_the_right_verdict_is_what_the_program_deserves(passes, status, verdict, is_right):
    program = Program("hello-flask", {"main.py": ""}, passes)

    assert program.is_right({"status": status, "verdict": verdict}) is is_right


def test_chaos_is_clean_when_everything_that_was_handed_in_was_accepted_and_right():
    assert Counts(accepted=3, right=3).is_clean
    assert not Counts(accepted=3, right=2).is_clean
    assert not Counts().is_clean
    refused = Counts(accepted=3, right=3)
    refused.refused["ConnectionError"] += 1
    assert not refused.is_clean
