"""The line of every key, found beside tomllib."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises.toml_lines import Lines

TEXT = '''\
# comment = 1
title = "a # no comment"
"quoted \\u0041.key" = 1
dotted.inner . key = 2

[table]
text = """
[[case]]
x = 1 \\"""
\'\'\'
"""
literal = \'\'\'
"""\'\'\'
after = 1979-05-27 07:32:00  # a date
[table.deeper]
numbers = [
  1.5,  # ]
  { a = 1, b = { c = "}" } },
]

[[case]]
name = "first"
[case.expect]
status = 200

[[case]]
expect.status = 404
[[case.part]]
x = 1
[[case.part]]
x = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted A.key",), 3),
        (("dotted",), 4),
        (("dotted", "inner", "key"), 4),
        (("table",), 6),
        (("table", "text"), 7),
        (("table", "literal"), 12),
        (("table", "after"), 14),
        (("table", "deeper"), 15),
        (("table", "deeper", "numbers", 0), 17),
        (("table", "deeper", "numbers", 1), 18),
        (("table", "deeper", "numbers", 1, "b", "c"), 18),
        (("case",), 21),
        (("case", 0), 21),
        (("case", 0, "name"), 22),
        (("case", 0, "expect"), 23),
        (("case", 0, "expect", "status"), 24),
        (("case", 0, "expect", "missing"), 23),
        (("case", 1), 26),
        (("case", 1, "expect", "status"), 27),
        (("case", 1, "part", 0, "x"), 29),
        (("case", 1, "part", 1, "x"), 31),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_of_finds_the_line_of_a_key_or_of_what_is_around_it(path, line):
    tomllib.loads(TEXT)

    assert Lines(TEXT).of(*path) == line


@given(st.text(alphabet="a=[]{}.,'\"\\# \n1\r", max_size=40))
def test_lines_reads_every_text_that_is_toml(text):
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    assert all(Lines(text).of(key) for key in values)
