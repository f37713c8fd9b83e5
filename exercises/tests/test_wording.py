"""Sentences of results on a page."""

import pytest

from exercises.templatetags.wording import code


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("All 4 tests pass", "All 4 tests pass"),
        ("`item()` still has `...`", "<code>item()</code> still has <code>...</code>"),
        ("KeyError: '<b>'", "KeyError: &#x27;&lt;b&gt;&#x27;"),
        ("`<script>`", "<code>&lt;script&gt;</code>"),
        ("one ` alone", "one ` alone"),
        ("`two\nlines`", "`two\nlines`"),
        ("``", "``"),
        ("", ""),
    ],
)
def test_code_marks_what_stands_between_backticks_and_escapes_the_rest(text, html):
    assert code(text) == html
