"""Every framework of the guide, served by the server that suits it, and plain Python."""

import json

import pytest

from sandbox import Ending, HttpProbe, Job, Limits, WidgetProbe, judge
from sandbox.baseline import BASELINES
from sandbox.job import MIB
from sandbox.tests.programs import FRAMEWORKS, SCRIPTS, app_job


def test_there_is_an_app_for_every_baseline():
    assert sorted([*BASELINES, "python"]) == sorted([*FRAMEWORKS, "streamlit"])


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


def streamlit(*probes, source=None, **limits):
    files = {"main.py": (source or (SCRIPTS / "streamlit.py").read_text()).encode()}
    return judge(Job(kind="http", framework="streamlit", files=files, probes=probes, limits=Limits(**limits)))


def answers(report):
    return [json.loads(observation.body) for observation in report.observations]


def elements(answer):
    """The elements of a page by their type; of the widgets the value, of others their props."""
    (main,) = [part for part in answer["tree"]["children"] if part["type"] == "main"]
    return {element["type"]: element.get("value", element["props"]) for element in main["children"]}


def test_streamlit_shows_what_widgets_change_in_one_session():
    report = streamlit(WidgetProbe(), WidgetProbe({"region": "South"}), WidgetProbe(trigger={"key": "add"}))
    pages = answers(report)

    assert report.ending is Ending.FINISHED
    assert [page["status"] for page in pages] == ["ready"] * 3
    assert len({page["session_id"] for page in pages}) == 1
    assert [elements(page)["selectbox"] for page in pages] == ["North", "South", "South"]
    assert [elements(page)["metric"]["value"] for page in pages] == [120, 80, 81]
    assert report.stderr == b""
    assert report.usage.memory_bytes < 8 * MIB


def test_streamlit_shows_large_pages():
    (page,) = answers(streamlit(WidgetProbe(), source="import streamlit as st\nst.text('x' * 200_000)"))

    assert elements(page)["text"]["body"] == "x" * 200_000


def test_streamlit_tells_of_an_exception_and_goes_on():
    report = streamlit(
        WidgetProbe(),
        WidgetProbe({"region": "Nowhere"}),
        WidgetProbe({"region": "Atlantis"}),
        WidgetProbe({"region": "North"}),
    )

    assert [one.status for one in report.observations] == [200, 200, 400, 200]
    assert [answer.get("status") for answer in answers(report)] == ["ready", "error", None, "ready"]
    assert elements(answers(report)[1])["exception"]["type"] == "KeyError"
    assert answers(report)[2]["error"]["code"] == "invalid_value"
    assert b"KeyError: 'Nowhere'" in report.observations[1].stderr


def test_streamlit_tells_of_a_script_that_cannot_be_read():
    report = streamlit(WidgetProbe(), source="import streamlit as st\nst.title(")
    (answer,) = answers(report)

    assert report.ending is Ending.FINISHED
    assert (answer["status"], elements(answer)["exception"]["type"]) == ("error", "SyntaxError")


@pytest.mark.parametrize(
    ("source", "limits", "ending"),
    [
        ("while True: pass", {"cpu_seconds": 3}, Ending.TIMED_OUT),
        ("import time; time.sleep(100)", {"wall_seconds": 6}, Ending.TIMED_OUT),
        ("x = b'x' * 90 * 2**20\nimport time; time.sleep(100)", {"memory_bytes": 64 * MIB}, Ending.MEMORY_EXCEEDED),
        ("while True: print('x' * 1000)", {}, Ending.OUTPUT_EXCEEDED),
        ("import os; os._exit(4)", {}, Ending.EXITED),
    ],
)
def test_streamlit_is_held_to_the_limits(source, limits, ending):
    assert streamlit(WidgetProbe(), source=f"import streamlit\n{source}", **limits).ending is ending


def test_streamlit_is_asked_by_plain_requests_too():
    asked = [("GET", "/_stcore/health"), ("GET", "/"), ("GET", "/nowhere"), ("HEAD", "/"), ("POST", "/")]
    report = streamlit(*(HttpProbe(method, path) for method, path in asked))

    # A lesson says so, too.
    assert [one.status for one in report.observations] == [200, 200, 200, 200, 405]
    assert report.observations[0].body == b"ok"
    assert report.observations[1].body == report.observations[2].body
