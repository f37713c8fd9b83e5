"""What the inside says about itself is hostile: it is bounded, and can be anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Detail
from sandbox.explanation import MAX_BYTES, MAX_TEXT, Explanation


def explained(*messages):
    explanation = Explanation()
    for message in messages:
        explanation.feed(message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n")
    return explanation


@pytest.mark.parametrize(
    ("messages", "detail"),
    [
        ([{"reason": "no_app"}], Detail(reason="no_app")),
        ([{"reason": "exception", "message": "m", "line": 3}], Detail(reason="exception", message="m", line=3)),
        ([{"reason": "no_app"}, {"reason": "exited"}], Detail(reason="no_app")),
        ([{"reason": "passed"}], Detail()),
        ([{"reason": ["no_app"]}], Detail()),
        ([{"reason": "no_app", "line": True, "column": -1, "file": 5}], Detail(reason="no_app")),
        ([{"reason": "no_app", "message": "\ud800"}], Detail(reason="no_app", message="?")),
        ([{"reason": "no_app", "exit_code": 0, "signal": "SIGKILL"}], Detail(reason="no_app")),
        ([b"\xff\n", b"[" * 9000 + b"\n", b"null\n", {"reason": "no_app"}], Detail(reason="no_app")),
        ([b'{"reason": "no_app"}'], Detail()),
    ],
)
def test_explanation_takes_the_first_reason_and_only_what_fits(messages, detail):
    assert explained(*messages).detail == detail


def test_explanation_is_bounded():
    long = explained({"reason": "exception", "message": "x" * 5000})
    late = explained(b"x" * MAX_BYTES, {"reason": "no_app"})

    assert long.detail.message == "x" * MAX_TEXT
    assert late.detail == Detail()


@pytest.mark.parametrize(("value", "ready"), [(True, True), (1, False), ("true", False), (None, False)])
def test_ready_is_said_exactly(value, ready):
    assert explained({"ready": value}).is_ready is ready


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_no_bytes_break_it(pieces):
    assert isinstance(explained(*pieces).detail, Detail)
