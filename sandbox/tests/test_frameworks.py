"""Every framework of the guide, served by the server that suits it."""

import json

import pytest

from sandbox import Ending, judge
from sandbox.baseline import BASELINES
from sandbox.job import MIB
from sandbox.tests.programs import FRAMEWORKS, app_job


def test_there_is_an_app_for_every_baseline():
    assert sorted(BASELINES) == FRAMEWORKS


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_answers_come_in_order_each_with_its_own_stderr(framework):
    report = judge(app_job(framework, "/", "/boom", "/"))

    assert report.ending is Ending.FINISHED
    assert [observation.status for observation in report.observations] == [200, 500, 200]
    assert [json.loads(report.observations[index].body) for index in (0, 2)] == [{"message": "hello"}] * 2
    assert [b"KeyError: 'lost'" in observation.stderr for observation in report.observations] == [False, True, False]
    assert b"/work/main.py" in report.observations[1].stderr
    # An idle app uses its baseline and no more; a change of several MB means that it has to be measured again.
    assert report.usage.memory_bytes < 4 * MIB
