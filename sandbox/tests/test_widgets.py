"""Streamlit apps, whose widgets are called by their labels and tried one after the other; and hostile pages."""

import json

import pytest

from sandbox import Ending, HttpProbe, Job, Limits, WidgetProbe, WidgetSweep, judge
from sandbox.widgets import Choice, choices_in, key_of, session_in

FILTER = """
import streamlit as st
SALES = {"North": [1, 2], "South": [3], "West": [4, 5, 6]}
{widgets}
st.line_chart(SALES[region])
"""
SELECTBOX = 'region = st.selectbox("Region", list(SALES))'


def app(widgets, *probes, framework="streamlit", **limits):
    files = {"main.py": FILTER.replace("{widgets}", widgets).encode()}
    limits = Limits(**{"wall_seconds": 40, "cpu_seconds": 20, **limits})
    return judge(Job(kind="http", framework=framework, files=files, probes=probes, limits=limits))


def nodes(body):
    waiting = [json.loads(body)["tree"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("children", [])
        yield node


def drawn(observation):
    """The numbers that the page's charts draw, in the order of their rows."""
    charts = [node for node in nodes(observation.body) if node["type"] == "line_chart"]
    return [row[1] for chart in charts for row in chart["data"]["preview"]["rows"]]


@pytest.mark.parametrize(
    "widgets",
    [
        SELECTBOX,
        SELECTBOX.replace("))", '), key="region")'),
        SELECTBOX.replace("st.selectbox", "st.sidebar.radio"),
        SELECTBOX.replace("))", '), index=None) or "West"'),
        'with st.form("f"):\n    region = st.selectbox("Region", list(SALES))\n    st.form_submit_button("Show")',
        'st.radio("Colour", ["red"])\nst.text_input("Region")\n' + SELECTBOX,
    ],
    ids=["select box", "with a key", "radio in the sidebar", "nothing chosen at first", "in a form", "among others"],
)
def test_a_sweep_chooses_each_option_and_the_first_one_again(widgets):
    report = app(widgets, WidgetSweep(("selectbox", "radio")))

    (observation,) = report.observations
    first, *others = observation.answers
    assert report.ending is Ending.FINISHED
    assert first.chosen is None
    assert [answer.chosen[1] for answer in others] == ["North", "South", "West", "North"]
    assert len({answer.chosen[0] for answer in others}) == 1
    assert [drawn(answer) for answer in others] == [[1, 2], [3], [4, 5, 6], [1, 2]]
    assert (observation.status, observation.error, observation.body) == (None, "", b"")


def test_a_sweep_tries_three_widgets_and_ten_options():
    widgets = "\n".join(f'st.radio("{n}", [str(option) for option in range(12)])' for n in range(4))

    report = app(f"{widgets}\n{SELECTBOX}", WidgetSweep(("radio",)), WidgetProbe())

    sweep, after = report.observations
    assert [answer.chosen[1] for answer in sweep.answers[1:]] == [*map(str, range(10)), "0"] * 3
    assert len({answer.chosen[0] for answer in sweep.answers[1:]}) == 3
    assert drawn(after) == [1, 2]


@pytest.mark.parametrize("types", [("radio",), ("slider",), ()])
def test_a_sweep_without_anything_to_choose_is_one_look(types):
    (observation,) = app(SELECTBOX, WidgetSweep(types)).observations

    assert [answer.chosen for answer in observation.answers] == [None]


@pytest.mark.parametrize(
    ("line", "limits", "ending", "answers"),
    [
        ('if region == "South": SALES["East"]', {}, Ending.FINISHED, 5),
        ('if region == "South":\n    import os\n    os._exit(0)', {}, Ending.EXITED, 3),
        ('while region == "South": pass', {"cpu_seconds": 4}, Ending.TIMED_OUT, 3),
    ],
)
def test_a_sweep_is_reported_as_far_as_it_came(line, limits, ending, answers):
    report = app(f"{SELECTBOX}\n{line}", WidgetSweep(("selectbox",)), **limits)

    (observation,) = report.observations
    assert (report.ending, len(observation.answers)) == (ending, answers)
    assert bool(observation.error) == (ending is not Ending.FINISHED)


# Three select boxes of twelve options, on a page that is empty from the second look on.
EMPTIED = """
import streamlit as st
from uvicorn.protocols.http import httptools_impl as http

for number in range(3):
    st.selectbox(f"label {number}", [f"option {option}" for option in range(12)], key=f"key {number}")
if not hasattr(http, "usual"):
    http.usual = http.RequestResponseCycle.send

    async def send(self, message):
        if message["type"] == "http.response.start":
            message = {**message, "headers": [(b"content-length", b"0")]}
        await http.usual(self, {**message, "body": b""} if message["type"] == "http.response.body" else message)

    http.RequestResponseCycle.send = send
"""
# Its own server, whose every answer is an error with a page of that kind.
REFUSING = """
import json

boxes = [
    {"type": "selectbox", "key": f"key {box}", "props": {"label": f"label {box}", "options": [*map(str, range(12))]}}
    for box in range(3)
]
body = json.dumps({"session_id": "s", "status": "ok", "tree": {"type": "main", "children": boxes}}).encode()


class Config:
    def __init__(self, *_, **__):
        pass


class Server(Config):
    def run(self, sockets):
        sockets[0].listen(64)
        while True:
            client, _ = sockets[0].accept()
            client.recv(65536)
            client.sendall(b"HTTP/1.1 404 Not Found\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
            client.close()
"""


@pytest.mark.parametrize(
    "files",
    [{"main.py": EMPTIED.encode()}, {"main.py": b"import streamlit as st\n", "uvicorn.py": REFUSING.encode()}],
    ids=["pages that become empty", "errors that are pages"],
)
@pytest.mark.parametrize("then", [(), (WidgetProbe({"label 1": "option 2"}),)], ids=["alone", "and a widget by name"])
def test_hostile_answers_are_not_asked_for_more_often_than_there_are_connections(files, then):
    limits = Limits(wall_seconds=40, cpu_seconds=20)
    probes = (WidgetSweep(("selectbox",)), *then)

    report = judge(Job(kind="http", framework="streamlit", files=files, probes=probes, limits=limits))

    assert report.ending is Ending.FINISHED
    assert len(report.observations[0].answers) == 1 + 3 * (10 + 1)
    assert len(report.observations) == len(probes)


def test_the_first_look_has_time_for_imports():
    slow = 'import time\nif "seen" not in st.session_state: time.sleep(11)\nst.session_state.seen = True\n'

    report = app(slow + SELECTBOX, WidgetProbe({"Region": "South"}), cpu_seconds=30)

    assert (report.ending, drawn(report.observations[0])) == (Ending.FINISHED, [3])


def test_widgets_are_called_by_their_label_or_their_key():
    widgets = f'{SELECTBOX}\nif st.button("Add", key="more"): SALES[region].append(9)'

    report = app(
        widgets,
        WidgetProbe({"Region": "South"}),
        WidgetProbe(trigger={"key": "Add"}),
        WidgetProbe({"region": "West"}),
        WidgetProbe({"Region": "East"}),
        WidgetProbe({"Region": "West"}, {"key": "more"}),
    )

    assert [observation.status for observation in report.observations] == [200, 200, 404, 400, 200]
    assert [drawn(report.observations[index]) for index in (0, 1, 4)] == [[3], [3, 9], [4, 5, 6, 9]]


PAGE = {
    "session_id": "s",
    "tree": {
        "type": "root",
        "children": [
            {"type": "radio", "key": "a", "props": {"label": "One", "options": ["x", "y"]}},
            {"type": "form", "children": [
                {"type": "selectbox", "key": "b", "form_id": "f",
                 "props": {"label": "Two", "options": ["x", "y", "z"]}},
                {"type": "form_submit_button", "key": "send", "form_id": "f", "props": {"label": "Two times"}},
            ]},
            {"type": "radio", "key": "c", "props": {"label": "Same", "options": ["x"]}},
            {"type": "radio", "key": "d", "props": {"label": "Same", "options": ["x", 1, None, "y" * 2000]}},
        ],
    },
}  # fmt: skip


def test_choices_in_reads_a_page_from_top_to_bottom():
    body = json.dumps(PAGE).encode()

    assert choices_in(body, ("radio", "selectbox")) == [
        Choice("a", ["x", "y"]),
        Choice("b", ["x", "y", "z"], submit="send"),
    ]
    assert [key_of(name, body) for name in ("a", "One", "Two times", "Same", "none")] == [
        "a", "a", "send", "Same", "none"
    ]  # fmt: skip
    assert session_in(body) == "s"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff", b"[]", b"3", b"[" * 100_000, b'{"tree": []}', b'{"tree": {"children": {}}}',
        b'{"tree": {"children": [1, [2], {"type": 3, "key": {}, "props": []}]}}',
        b'{"tree": {"type": "radio", "key": "a", "props": {"options": [["x"], {}]}}, "session_id": {}}',
        b'{"session_id": "' + b"x" * 2000 + b'"}',
        json.dumps({"tree": {"children": [{}] * 100_000}}).encode(),
    ],
)  # fmt: skip
def test_a_hostile_page_has_no_widgets(body):
    assert (choices_in(body, ("radio",)), key_of("a", body), session_in(body)) == ([], "a", None)


def test_only_streamlit_has_widgets_to_sweep():
    with pytest.raises(ValueError, match="only a Streamlit app has widgets"):
        Job(kind="http", framework="flask", files={"main.py": b""}, probes=[WidgetSweep(("radio",))])


@pytest.mark.parametrize(
    ("probe", "sockets"),
    [(WidgetProbe(), 1), (WidgetProbe({"a": 1}), 2), (WidgetProbe(trigger={"key": "a"}), 2), (WidgetSweep(()), 34),
     (HttpProbe("GET", "/"), 1)],
)  # fmt: skip
def test_job_counts_the_connections_of_looks(probe, sockets):
    assert Job(kind="http", framework="streamlit", files={"main.py": b""}, probes=[probe]).sockets == sockets
