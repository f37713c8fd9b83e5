"""What a log line must not tell."""

import logging
import logging.config
import sys

import pytest

from config.logging import logging_config


@pytest.mark.parametrize("style", ["text", "json"])
def test_traceback_shows_lines_and_no_values(style):
    made = logging_config(level="INFO", style=style)["formatters"]["line"]
    formatter = made.pop("()")(**made)
    answer = "a-value-of-" + "somebody"
    try:
        raise KeyError("lost")
    except KeyError:
        record = logging.LogRecord("exercises", logging.ERROR, __file__, 1, "judging failed", (), sys.exc_info())

    line = formatter.format(record)

    assert "KeyError" in line
    assert "test_logging.py" in line
    assert answer not in line
