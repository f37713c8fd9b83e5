"""Comparing two states of a file."""

from time import process_time

import pytest
from django.template.loader import render_to_string

from courses import diffs
from courses.diffs import Piece, diff_of, diffs_of


def shown(diff):
    """The lines of all hunks as a unified diff has them; changed words stand between brackets."""
    signs = {"same": " ", "removed": "-", "added": "+"}
    return [
        signs[line.kind] + "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in line.pieces)
        for hunk in diff.hunks
        for line in hunk.lines
    ]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "", []),
        ("a\nb\n", "a\nb\n", []),
        ("a\r\nb", "a\nb\n", []),
        ("", "a\n", ["+a"]),
        ("a\n", "", ["-a"]),
        ("a\nb\nc\n", "a\nc\n", [" a", "-b", " c"]),
        ("x\n", "x\n\n", [" x", "+"]),
        ("def f(a):\n    return a\n", "def f(a):\n    return a + 1\n",
         [" def f(a):", "-    return a", "+    return a[ + 1]"]),
        ("total = price\n", "total = amount\n", ["-total = [price]", "+total = [amount]"]),
        ("import os\n", "print(1, 2, 3)\n", ["-import os", "+print(1, 2, 3)"]),
        ("safe = 1\n", "safe = 1  # \u202e x\n", ["-safe = 1", "+safe = 1[  # \ufffd x]"]),
    ],
)  # fmt: skip
def test_diff_of_tells_lines_and_words(before, after, lines):
    assert shown(diff_of("main.py", before, after)) == lines


def test_diff_of_leaves_out_what_is_far_from_a_change():
    before = "".join(f"line {number}\n" for number in range(1, 41))
    after = before.replace("line 10\n", "line ten\n").replace("line 30\n", "")

    diff = diff_of("main.py", before, after)

    places = [(hunk.skipped, hunk.lines[0].old, hunk.lines[-1].old) for hunk in diff.hunks]
    assert places == [(6, 7, 13), (13, 27, 33)]
    assert (diff.removed, diff.added, diff.skipped, diff.is_cut) == (2, 1, 7, False)


def test_diff_of_numbers_the_lines_of_both_sides():
    diff = diff_of("main.py", "a\nb\nc\n", "new\na\nc\n")

    numbers = [(line.kind, line.old, line.new) for line in diff.hunks[0].lines]
    assert numbers == [("added", None, 1), ("same", 1, 2), ("removed", 2, None), ("same", 3, 3)]


def test_diffs_of_compares_every_file_of_the_two_sides():
    found = diffs_of({"main.py": "a\n", "old.py": "b\n"}, {"main.py": "a\n", "new.py": "c\n"})

    assert [(diff.path, shown(diff)) for diff in found] == [("main.py", []), ("new.py", ["+c"]), ("old.py", ["-b"])]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n" * 16_000, "b\na\na\n" * 10_000),
        ("".join(f"{number % 100}\n" for number in range(16_000)),
         "".join(f"{number % 99}\n" for number in range(16_000))),
        ("(" * 60_000, ")(" * 30_000),
        ("(" * 299 + "\n", ")(" * 149 + "\n"),
        ("".join(f"{'()' * 100}{number}\n" for number in range(300)),
         "".join(f"{')(' * 100}{number}\n" for number in range(300))),
        ("\n" * 64_000, "x\n" * 32_000),
    ],
)  # fmt: skip
def test_diff_of_hostile_texts_takes_little_time(before, after):
    began = process_time()
    diff = diff_of("main.py", before, after)

    assert process_time() - began < 2  # without the budget: minutes
    assert not diff.is_same
    assert sum(len(hunk.lines) for hunk in diff.hunks) <= diffs.SHOWN_LINES * (1 + 2 * diffs.CONTEXT_LINES)


def test_diff_of_cuts_long_lines():
    (line,) = diff_of("main.py", "", "x" * 64_000).hunks[0].lines

    assert line.pieces == [Piece("x" * (diffs.OF_CODE.shown_characters - 1) + "…")]


def test_diff_fragment_escapes_what_learners_wrote():
    diff = diff_of("<b>.py", "print('<script>')\n", "print('<img>', 2)\n")

    page = render_to_string("components/_diff.html", {"diff": diff, "before": "attempt 1", "after": "<i>now</i>"})

    assert "<script>" not in page
    assert "<img>" not in page
    assert "<b>.py" not in page
    assert "<i>now" not in page
    assert "&lt;<mark>script</mark>&gt;" in page


def test_one_word_of_a_long_paragraph_is_marked_in_prose_and_not_in_code():
    paragraph = "A server answers requests, one after the other, and each of them waits for its turn. " * 40
    changed = paragraph.replace("waits", "hopes", 1)

    in_code, in_prose = (diff_of("a.md", paragraph, changed, limits) for limits in (diffs.OF_CODE, diffs.OF_PROSE))
    marked = [piece.text for line in in_prose.hunks[0].lines for piece in line.pieces if piece.is_changed]

    assert marked == ["waits ", "hopes "]
    assert [line.pieces[0].text[-1] for line in in_code.hunks[0].lines] == ["…", "…"]


def test_prose_that_is_made_to_be_slow_is_not():
    before, after = "a b " * 2500, "b a " * 2500

    began = process_time()
    diff_of("a.md", before, after, diffs.OF_PROSE)
    diff_of("a.md", "\n".join(before.split()), "\n".join(after.split()), diffs.OF_PROSE)

    assert process_time() - began < 5
