"""The figures of the lesson that shows every framework: are they about what it shows? How good they are is no test."""

from datetime import date

import pytest

from config import figures
from config.figures import (
    END,
    LESSON,
    START,
    Figures,
    FiguresError,
    conditions,
    measure,
    programs_of,
    rewritten,
    table_of,
)
from courses.listings import FRAMEWORKS

TEXT = """\
Before.

<!-- figures: written by `make figures` -->

| Framework | Style | Lines | Start, ms | Warm start, ms | Memory, MiB | Requests/s |
|---|---|--:|--:|--:|--:|--:|
| Plotly Dash | a \\| b | 1 | | | | |
| Flask | c | 2 | 3 | 4 | 5 | 6 |

Measured once.

<!-- end of figures -->

After.

```python listing="a" framework="flask"
from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return {"message": "Hello from Flask"}
```
"""
FIGURES = {
    "dash": Figures(lines=7, start_ms=562.4, warm_start_ms=36.6, memory_bytes=38_000_000, request_ms=2.04),
    "flask": Figures(lines=12, start_ms=149.0, warm_start_ms=7.96, memory_bytes=17_300_000, request_ms=0.651),
}


def test_table_of_the_lesson_has_a_row_for_each_framework_and_the_real_number_of_lines():
    markdown = LESSON.read_text()
    table, programs = table_of(markdown), programs_of(markdown)

    lines = {framework: table.cell(framework, "Lines") for framework in table.names}

    assert lines == {framework: str(len(program.source.splitlines())) for framework, program in programs.items()}
    assert set(lines) == set(FRAMEWORKS) - {"python"}
    assert all(cell for row in table.rows for cell in row)


def test_rewritten_replaces_the_figures_and_what_is_said_of_them_and_nothing_else():
    text = rewritten(TEXT, FIGURES, "Measured twice. " * 10)

    rows = "| Plotly Dash | a \\| b | 7 | 560 | 37 | 36 | 490 |\n| Flask | c | 12 | 150 | 8 | 16 | 1,500 |"
    said = "Measured twice. " * 7 + "Measured\ntwice. Measured twice. Measured twice."
    old = "| Plotly Dash | a \\| b | 1 | | | | |\n| Flask | c | 2 | 3 | 4 | 5 | 6 |"
    assert text == TEXT.replace(old, rows).replace("Measured once.", said)
    assert rewritten(text, FIGURES, "Measured once.") == TEXT.replace(old, rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (START, "", f"there is no table between {START} and {END}"),
        (END, "", f"there is no table between {START} and {END}"),
        ("| Lines |", "| Length |", "the table has no column Lines"),
        ("| Flask | c |", "| Flask |", "the row of Flask has 6 cells, and not 7"),
        ("| Flask |", "| Bottle |", "a row without a program, or a program without a row: bottle, flask"),
    ],
)
def test_table_that_does_not_fit_is_refused_with_the_reason(old, new, message):
    with pytest.raises(FiguresError) as refusal:
        rewritten(TEXT.replace(old, new), FIGURES, "")

    assert str(refusal.value) == message


def test_framework_with_two_programs_is_refused():
    again = TEXT[TEXT.index("```") :].replace('"a"', '"b"')

    with pytest.raises(FiguresError, match="line 26: there are two programs for flask"):
        programs_of(TEXT + again)


def test_measure_looks_at_the_real_program_in_the_real_sandbox(monkeypatch):
    monkeypatch.setattr(figures, "REQUESTS", 20)
    programs = programs_of(TEXT)

    one = measure(programs, rounds=1)["flask"]

    assert one.lines == 8
    assert 0 < one.warm_start_ms < one.start_ms < 5_000
    assert 5 < one.memory_bytes / 2**20 < 40
    assert 0 < one.request_ms < 50
    assert "Versions: Flask 3." in conditions(programs, {"flask": "Flask"}, 1, date(2026, 1, 2))


def test_measure_refuses_a_program_that_does_not_keep_the_contract():
    programs = programs_of(TEXT.replace("Hello from", "Good morning from"))

    with pytest.raises(FiguresError, match="the program of flask did not answer"):
        measure(programs, rounds=1)
