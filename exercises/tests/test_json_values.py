"""JSON from hostile programs: what is read at all, and when two values are the same."""

import json
import time

import pytest

from exercises.json_values import Difference, NotJSON, difference, parse_json


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"status": "ok"}\n', {"status": "ok"}),
        (b" [1, 1.5, true, null] ", [1, 1.5, True, None]),
        ('"é"'.encode(), "é"),
        (b'"\\ud800"', "\ud800"),  # a lone surrogate is allowed by the grammar
        (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
        (b'"' + b"[" * 1000 + b'\\""', "[" * 1000 + '"'),
    ],
)
def test_parse_json_reads_json(body, value):
    assert parse_json(body) == value


@pytest.mark.parametrize(
    ("body", "problem", "where"),
    [
        (b"", "empty", {}),
        (b" \n", "empty", {}),
        (b"\xff\xfe", "encoding", {}),
        (b'"\xe9"', "encoding", {}),
        (b'"\xed\xa0\x80"', "encoding", {}),  # a surrogate written as if it were a character
        (b"{'status': 'ok'}", "syntax", {"line": 1, "column": 2}),
        (b'{"a": 1,\n}', "syntax", {"line": 2, "column": 1}),
        (b"{} {}", "syntax", {"line": 1, "column": 4}),
        (b"\xef\xbb\xbf{}", "syntax", {"line": 1, "column": 1}),
        (b'"a\x00b"', "syntax", {"line": 1, "column": 3}),
        (b'{"a": 1, "a": 2}', "duplicate_key", {"key": "a"}),
        (b'[{"": 1, "": 1}]', "duplicate_key", {"key": ""}),
        (b"NaN", "number", {}),
        (b"[-Infinity]", "number", {}),
        (b"1e999", "number", {}),
        (b"1" * 5000, "number", {}),
        (b"[" * 65 + b"]" * 65, "too_deep", {}),
        (b"[" * 60000, "too_deep", {}),
        (b'{"a":' * 10000, "too_deep", {}),
    ],
)
def test_parse_json_refuses_what_is_not_json(body, problem, where):
    with pytest.raises(NotJSON) as caught:
        parse_json(body)

    assert (caught.value.problem, caught.value.where) == (problem, where)


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 32000, b'"' * 64000, b"[" * 60 + b'"\\' * 30000])
def test_parse_json_needs_linear_time(body):
    started = time.perf_counter()
    with pytest.raises(NotJSON):
        parse_json(body)

    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1, "b": [True, None]}, {"b": [True, None], "a": 1}),
        (1, 1.0),
        (11.0, 11),
        ("", ""),
        ([], []),
        (0.0, -0.0),
    ],
)
def test_difference_is_none_for_the_same_value(expected, actual):
    assert difference(expected, actual) is None


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        (True, 1, ("", "type", True, 1)),
        (0, False, ("", "type", 0, False)),
        (1, "1", ("", "type", 1, "1")),
        (None, False, ("", "type", None, False)),
        ([], {}, ("", "type", [], {})),
        ("ok", "OK", ("", "value", "ok", "OK")),
        (2**53, float(2**53 + 2), ("", "value", 2**53, float(2**53 + 2))),
        (0.3, 0.1 + 0.2, ("", "value", 0.3, 0.1 + 0.2)),
        ({"status": "ok"}, {"Status": "ok"}, ("status", "missing", "ok", None)),
        ({}, {"extra": 1}, ("extra", "unexpected", None, 1)),
        ({"a b": 1}, {}, ('["a b"]', "missing", 1, None)),
        ({"items": [{"name": "x"}]}, {"items": [{"name": "y"}]}, ("items[0].name", "value", "x", "y")),
        ([1, 2], [1], ("", "length", [1, 2], [1])),
        ([1], [2, 3], ("[0]", "value", 1, 2)),
        ({"a": None}, {}, ("a", "missing", None, None)),
    ],
)
def test_difference_names_the_first_place(expected, actual, found):
    assert difference(expected, actual) == Difference(*found)


def test_difference_nan_equals_nothing():
    nan = float("nan")

    assert difference(nan, nan) == Difference("", "value", nan, nan)
