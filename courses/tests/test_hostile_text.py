"""Learners' text before it is stored."""

import pytest

from courses.hostile_text import clean, shortened


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (b"plain\ttext\n", "plain\ttext\n"),
        ("é 漢 🙂".encode(), "é 漢 🙂"),
        (b"\xff\xc3", "��"),
        ("a\0b", "a�b"),
        (b"a\0b", "a�b"),
        ("\ud800x\udfff", "�x�"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07", "�]0;title�"),
        ("two\r\nlines\rone", "two\nlines�one"),
        ("exe\u202etxt.", "exe�txt."),
        ("\u2066a\u2069", "�a�"),
        ("\x85\x9b", "��"),
    ],
)
def test_clean_replaces_what_cannot_be_stored_or_deceives(text, cleaned):
    assert clean(text, 100) == cleaned


def test_clean_cuts_characters_not_bytes():
    assert clean("🙂🙂🙂".encode(), 2) == "🙂🙂"
    assert clean("🙂" * 1000, 2) == "🙂🙂"


@pytest.mark.parametrize(("text", "limit", "result"), [("abcd", 4, "abcd"), ("abcde", 4, "abc…"), (b"", 4, "")])
def test_shortened_marks_the_cut(text, limit, result):
    assert shortened(text, limit) == result
