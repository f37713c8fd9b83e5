"""Nothing written yet is told apart from written wrongly."""

import time

import pytest

from exercises.placeholders import placeholders, untouched

STARTER = "from flask import Flask\n\napp = Flask(__name__)\n\n\ndef health():\n    ...\n"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (STARTER, ["health"]),
        ("def f(): ...", ["f"]),
        ("async def f(a: dict = {1: 2}, *, b=lambda: 3) -> list[int]: ...\n", ["f"]),
        ('def f():\n    """Say hello."""\n    ...\n', ["f"]),
        ("class A:\n    def f(self):\n        ...\n\n    def g(self):\n        ...  # later\n", ["f", "g"]),
        ("def f():\n    # TODO\n\n    ...", ["f"]),
        ("def f():\n    ...\n    return 1\n", []),
        ("def f():\n    return ...\n", []),
        ("def f():\n    pass\n", []),
        ("x = ...\n", []),
        ('"def f(): ..."\n', []),
        ("def", []),
        ("def f(", []),
        ("def f(\n", []),
        ("  def f(): ...\n x", ["f"]),
        ("", []),
        ("\0", []),
        ("'''", []),
    ],
)
def test_placeholders_finds_bodies_that_are_an_ellipsis(source, names):
    assert placeholders(source) == names


@pytest.mark.parametrize(
    ("source", "result"),
    [
        (STARTER, ["health"]),
        (STARTER.replace("\n", "\r\n"), ["health"]),
        (STARTER.replace("def health", '@app.get("/health")\ndef health'), ["health"]),
        (STARTER.replace("...", 'return {"status": "no"}'), None),
        (STARTER.replace("...", "...\n    return 1"), None),
        ("", None),
        ("def other(): ...", None),  # not the one that the starter left open
    ],
)
def test_untouched_names_what_the_starter_left_open(source, result):
    assert untouched({"main.py": source}, {"main.py": STARTER}) == result


@pytest.mark.parametrize(
    ("source", "result"),
    [("x = 1\n", []), ("# done?\nx  =  1   \n\n", []), ("x = 2\n", None), ("x = 1\ny = 1\n", None)],
)
def test_untouched_compares_with_a_starter_without_placeholders(source, result):
    assert untouched({"main.py": source}, {"main.py": "x = 1\n"}) == result


@pytest.mark.parametrize(
    "source",
    ["(" * 65000, "def " * 16000, "def f(): ...\n" * 5000, "if x:\n" * 10000, '"""' * 21000, "-" * 65000,
     "\\\n" * 32000, "'" * 65000, "1+" * 32000, "\x0c" * 65000, "def f(x=(" * 7000,
     "".join(f"{' ' * i}if x:\n" for i in range(350))],
)  # fmt: skip
def test_placeholders_survives_hostile_sources(source):
    started = time.perf_counter()
    placeholders(source)

    assert time.perf_counter() - started < 5
