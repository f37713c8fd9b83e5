"""What a job may ask for, and how a probe is put on the wire."""

import pytest

from sandbox import Burst, FunctionProbe, HttpProbe, Job, Limits, WidgetProbe
from sandbox.http_request import encode
from sandbox.job import KIB, MAX_PROBES, MIB

FILES = {"main.py": b""}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"kind": "ftp"}, "unknown kind"),
        ({"entry": "other.py"}, "not among the files"),
        ({"probes": [HttpProbe("GET", "/")] * (MAX_PROBES + 1)}, "201 probes"),
        ({"probes": [Burst(HttpProbe("GET", "/"), 50)] * 7}, "1057 connections; at most 1000"),
        ({"probes": [WidgetProbe()]}, "only a Streamlit app"),
        ({"kind": "script", "probes": [HttpProbe("GET", "/")]}, "no probes"),
        ({"kind": "function", "probes": [HttpProbe("GET", "/")]}, "functions, and nothing else, are sent calls"),
        ({"probes": [FunctionProbe("f")]}, "functions, and nothing else, are sent calls"),
        ({"input": b"x"}, "only a script has an input"),
        ({"kind": "function", "input": b"x"}, "only a script has an input"),
        ({"kind": "script", "input": bytes(MIB + 1)}, "the input is more than"),
        ({"arguments": ["a", "b\0"]}, "zero byte"),
        ({"arguments": ["x" * 65 * KIB]}, "the arguments are more than"),
        ({"files": {**FILES, "/etc/passwd": b""}}, "not a relative path"),
        ({"files": {**FILES, "../x": b""}}, "not a relative path"),
        ({"files": {**FILES, "a/../../x": b""}}, "not a relative path"),
        ({"files": {**FILES, "a\0b": b""}}, "not a relative path"),
        ({"files": {**FILES, "": b""}}, "not a relative path"),
        ({"files": {"main.py": bytes(600)}, "limits": Limits(files_bytes=1000)}, "more than half"),
    ],
)
def test_job_refuses_what_it_cannot_run(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        Job(**{"kind": "http", "framework": "flask", "files": FILES, "probes": [], **fields})


@pytest.mark.parametrize(
    ("probes", "sockets", "processes"),
    [
        ([], 0, 32),
        ([HttpProbe("GET", "/")] * 3, 3, 32),
        ([Burst(HttpProbe("GET", "/"), 10)], 31, 42),
        ([Burst(HttpProbe("GET", "/"), 50, 2), Burst(HttpProbe("GET", "/"), 2, 1)], 104, 82),
    ],
)
def test_job_counts_the_connections_and_threads_that_its_probes_need(probes, sockets, processes):
    job = Job(kind="http", framework="flask", files=FILES, probes=probes)

    assert (job.sockets, job.processes) == (sockets, processes)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [((1,), "1 clients"), ((51,), "51 clients"), ((2, 0), "0 attempts"), ((2, 11), "11 attempts")],
)
def test_burst_refuses_what_measures_nothing(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        Burst(HttpProbe("GET", "/"), *fields)


@pytest.mark.parametrize(
    ("probe", "session", "body"),
    [
        (WidgetProbe(), None, b"{}"),
        (WidgetProbe(), "s_1", b'{"session_id": "s_1"}'),
        (WidgetProbe({"n": 0}), None, b'{"widget_state": {"n": 0}}'),
        (WidgetProbe(trigger={"key": "go"}), 's"', b'{"session_id": "s\\"", "trigger": {"key": "go"}}'),
    ],
)
def test_widget_probe_on_the_wire(probe, session, body):
    assert probe.body(session) == body


def test_widget_probe_refuses_what_is_too_large():
    with pytest.raises(ValueError, match="more than"):
        WidgetProbe({"text": "x" * 65 * KIB})


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [(("f()",), "not the name"), (("",), "not the name"), (("f", ["x" * 65 * KIB]), "more than")],
)
def test_function_probe_refuses_what_cannot_be_called(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        FunctionProbe(*fields)


@pytest.mark.parametrize("name", Limits.__dataclass_fields__)
def test_limits_are_positive(name):
    with pytest.raises(ValueError, match=name):
        Limits(**{name: 0})


@pytest.mark.parametrize(
    "fields",
    [
        ("GET /x", "/"),
        ("", "/"),
        ("GET", "relative"),
        ("GET", "/a b"),
        ("GET", "/\r\nX: y"),
        ("GET", "/", [("A b", "c")]),
        ("GET", "/", [("A", "b\r\nC: d")]),
    ],
)
def test_probe_refuses_what_would_break_the_request(fields):
    with pytest.raises(ValueError, match="not a"):
        HttpProbe(*fields)


@pytest.mark.parametrize(
    ("probe", "request_bytes"),
    [
        (HttpProbe("GET", "/"), b"GET / HTTP/1.1\r\nHost: localhost:8000\r\nConnection: close\r\n\r\n"),
        (
            HttpProbe("POST", "/caf\u00e9?q=%20", [("Accept", "*/*"), ("Connection", "keep-alive")], b"{}"),
            b"POST /caf%C3%A9?q=%20 HTTP/1.1\r\nHost: localhost:8000\r\nAccept: */*\r\n"
            b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",
        ),
        (
            HttpProbe("PUT", "/", [("host", "x"), ("content-length", "0")]),
            b"PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nConnection: close\r\n\r\n",
        ),
    ],
)
def test_probe_on_the_wire(probe, request_bytes):
    assert encode(probe, 8000) == request_bytes


def test_no_key_of_a_page_makes_a_probe_too_large():
    probe = WidgetProbe({f"Label {n}": n for n in range(100)}, {"key": "Go"})

    assert probe.called(dict.fromkeys(["Go"], "😀" * 1000)).trigger == {"key": "\N{GRINNING FACE}" * 1000}
    assert probe.called({name: name + "\N{GRINNING FACE}" * 900 for name in probe.names}) == probe
