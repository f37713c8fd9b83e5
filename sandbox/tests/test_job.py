"""What a job may ask for, and how a probe is put on the wire."""

import pytest

from sandbox import HttpProbe, Job, Limits
from sandbox.http_request import encode
from sandbox.job import MAX_PROBES

FILES = {"main.py": b""}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"kind": "ftp"}, "unknown kind"),
        ({"entry": "other.py"}, "not among the files"),
        ({"probes": [HttpProbe("GET", "/")] * (MAX_PROBES + 1)}, "201 probes"),
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
