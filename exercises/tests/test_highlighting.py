"""Showing learners' files, whatever they hold."""

import time

import pytest

from exercises.files import MAX_FILE_BYTES
from exercises.highlighting import highlighted


def test_code_is_escaped_and_coloured():
    html = highlighted("main.py", "import os  # <b>\n\n\nx = 1\n")

    assert '<span class="kn">import</span>' in html
    assert "<b>" not in html
    assert html.count("\n") == 5  # four lines and the end


@pytest.mark.parametrize("blanks", ["\n\t", "\n ", "\r\t", "\r\n\f", "\n\N{NO-BREAK SPACE}", " ", "\n"])
def test_a_file_of_blanks_takes_no_time(blanks):
    text = blanks * (MAX_FILE_BYTES // len(blanks.encode())) + "x = 1\n"
    started = time.process_time()

    highlighted("main.py", text)

    assert time.process_time() - started < 5  # minutes, where the lexer meets the blanks
