"""docs/acceptance.md names tests that exist, for every statement in it."""

import re

from config.tests.site import ROOT

STATEMENT = re.compile(r"^\| (?P<number>\d+) \| (?P<text>.+?) \| (?P<proof>.+) \|$", re.MULTILINE)


def statements() -> dict[int, list[str]]:
    """The names of the tests by the number of the statement that they prove."""
    text = (ROOT / "docs" / "acceptance.md").read_text()
    return {int(row["number"]): re.findall(r"`(test_\w+)`", row["proof"]) for row in STATEMENT.finditer(text)}


def test_statements_are_numbered_and_proved():
    found = statements()

    assert list(found) == list(range(1, 41))
    assert [number for number, names in found.items() if not names] == []


def test_tests_that_are_named_exist():
    tests = {
        name
        for path in (ROOT / "config" / "tests" / "browser").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }

    assert {name for names in statements().values() for name in names} - tests == set()
