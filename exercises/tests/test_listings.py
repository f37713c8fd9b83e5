"""Every program in every lesson does, in the sandbox, what the text around it says.

What it says stands in listings/<course>/<lesson>/<listing>.toml, in the format of an exercise's cases; of which kind,
the listing's framework tells.
"""

from pathlib import Path

import pytest

from courses.code_blocks import find_fences
from courses.course_files import parse_lesson
from courses.listings import FRAMEWORKS, is_program, listings
from exercises.cases import parse
from exercises.judging import judge_files
from exercises.models import ExerciseVersion

COURSES = Path(__file__).parents[2] / "courses" / "content"
LISTINGS = Path(__file__).parent / "listings"
LESSONS = {
    f"{path.parent.parent.name}/{path.stem}": lesson.body_markdown
    for path in sorted(COURSES.glob("*/lessons/*.md"))
    if not (lesson := parse_lesson(path.read_text())).draft
}
PROGRAMS = {
    f"{lesson}/{listing.name}": listing for lesson, markdown in LESSONS.items() for listing in listings(markdown)
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_listing_does_what_its_lesson_says(name, warm):
    listing = PROGRAMS[name]
    warm.warm(listing.framework)
    kind = listing.kind
    cases = parse((LISTINGS / f"{name}.toml").read_text(), kind=kind)
    version = ExerciseVersion(kind=kind, framework=listing.framework, cases=cases, starter={"main.py": ""})

    judgement = judge_files(version, {"main.py": listing.source + "\n"}, seed=3)

    assert [test for test in judgement.tests if test["status"] != "passed"] == []
    assert (judgement.verdict, judgement.details) == ("passed", {})


def test_claims_are_about_listings_that_exist():
    assert {str(path.relative_to(LISTINGS).with_suffix("")) for path in LISTINGS.rglob("*.toml")} == set(PROGRAMS)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_program_of_a_lesson_is_a_listing_or_marked_as_a_fragment(lesson):
    nameless = [
        fence.line
        for fence in find_fences(LESSONS[lesson].split("\n"))
        if is_program(fence) and not fence.options.get("listing")
    ]

    assert nameless == []


def test_listings_and_exercises_know_the_same_frameworks():
    assert set(FRAMEWORKS) == {*ExerciseVersion.Framework.values, "python"}


@pytest.mark.parametrize("name", [name for name, listing in PROGRAMS.items() if listing.kind == "http"])
def test_what_a_listing_is_asked_first_is_among_what_its_lesson_says(name, warm):
    listing = PROGRAMS[name]
    warm.warm(listing.framework)

    cases = parse((LISTINGS / f"{name}.toml").read_text())

    asked = [(case["request"]["method"], case["request"]["path"]) for case in cases]
    assert (listing.method, listing.path) in asked
