"""course.toml and lesson files: what they say, and the line of every mistake."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.course_files import CourseFile, LessonFile, ModuleEntry, parse_course, parse_lesson
from courses.toml_tables import FormatError, quoted

HEAD = 'title = "T"\nsummary = "S"\nlanguage = "en"\n'
MODULE = '\n[[modules]]\nslug = "a"\ntitle = "A"\nlessons = ["x"]\n'
LONG = tuple(f"a-lesson-with-a-long-name-{number}" for number in range(5))
LINE = "must be one line of text, without spaces around it or doubled ones in it"
SLUG = "is no slug: small letters, digits and single hyphens, at most 50"


def problems_of(parse, text: str) -> list[tuple[int, str]]:
    try:
        parse(text)
    except FormatError as error:
        return error.problems
    return []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (HEAD, []),
        (HEAD + MODULE, []),
        (f"{HEAD}draft = true\n{MODULE}", []),
        (f"{HEAD}author = 1\n", [(4, 'unknown key "author"; known are draft, language, modules, summary, title')]),
        ('title = "T"\n', [(1, "summary is missing; it is a text in quotes"),
                           (1, "language is missing; it is a text in quotes")]),
        (HEAD.replace('"S"', "3"), [(2, "summary must be a text in quotes")]),
        (HEAD.replace('"S"', '" S"'), [(2, f"summary {LINE}")]),
        (HEAD.replace('"T"', f'"{"T" * 201}"'), [(1, "title has 201 characters; 200 is the most")]),
        (HEAD.replace('"en"', '"English"'), [(3, 'language is a tag such as "en" or "pt-BR", not "English"')]),
        (f'{HEAD}draft = "yes"\n', [(4, "draft must be true or false")]),
        (f"{HEAD}modules = 3\n", [(4, "modules are tables: [[modules]] with slug, title and lessons")]),
        (f"{HEAD}\n[[modules\n", [(5, "not valid TOML: Expected ']]' at the end of an array declaration")]),
        (HEAD + MODULE + MODULE, [(11, 'there is a module "a" already'),
                                  (13, 'the lesson "x" is in the course already')]),
        (f'{HEAD}\n[[modules]]\nslug = "A b"\ntitle = "A"\nlessons = ["x", 3, "Y"]\n',
         [(6, f'"A b" {SLUG}'), (5, "3 in lessons is no slug"), (8, "'Y' in lessons is no slug")]),
        (f'{HEAD}\n[[modules]]\nslug = "a"\nname = "A"\n', [
            (7, 'unknown key "name"; known are lessons, slug, title'),
            (5, "title is missing; it is a text in quotes"),
            (5, "lessons is missing; it is a list of slugs"),
        ]),
    ],
)  # fmt: skip
def test_mistakes_in_course_toml_have_their_line(text, problems):
    assert problems_of(parse_course, text) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('+++\ntitle = "T"\nsummary = "S"\nminutes = 5\n+++\n\nText.\n', []),
        ("Text.\n", [(1, "a lesson starts with +++, then title, summary and minutes, then +++")]),
        ('+++\ntitle = "T"\n', [(1, "the front matter never ends; it needs a line +++ below it")]),
        ('+++\ntitle = "T"\nsummary = S\n+++\nText.\n', [(3, "not valid TOML: Invalid value")]),
        ('+++\ntitle = "T"\nsummary = "S"\nminutes = true\n+++\nText.\n', [(4, "minutes must be a whole number")]),
        ('+++\ntitle = "T"\nsummary = "S"\nminutes = 0\n+++\nText.\n', [(4, "minutes must be between 1 and 600")]),
        ('+++\ntitle = "T"\nsummary = "S"\nminutes = 5\nlevel = 1\n+++\nText.\n',
         [(5, 'unknown key "level"; known are draft, minutes, summary, title')]),
        ('+++\ntitle = "T"\nsummary = "S"\nminutes = 5\n+++\n\n \n',
         [(5, "the lesson has no text below its front matter")]),
        ("+++\n+++\nText.\n", [(2, "title is missing; it is a text in quotes"),
                               (2, "summary is missing; it is a text in quotes"),
                               (2, "minutes is missing; it is a whole number")]),
    ],
)  # fmt: skip
def test_mistakes_in_a_lesson_have_their_line(text, problems):
    assert problems_of(parse_lesson, text) == problems


def test_a_lesson_file_knows_where_its_text_starts():
    lesson = parse_lesson('+++\ntitle = "T"\nsummary = "S"\nminutes = 5\ndraft = true\n+++\n\nText.\n\n+++\n')

    assert lesson == LessonFile("T", "S", 5, True, "Text.\n\n+++\n")
    assert lesson.body_line == 8


def test_long_lists_take_a_line_for_each_item():
    course = CourseFile("T", "S", "en", True, (ModuleEntry("a", "A", ("x",)), ModuleEntry("b", "B", LONG)))

    text = course.to_toml()

    items = "".join(f'    "{slug}",\n' for slug in LONG)
    assert text == (
        'title = "T"\nsummary = "S"\nlanguage = "en"\ndraft = true\n\n'
        '[[modules]]\nslug = "a"\ntitle = "A"\nlessons = ["x"]\n\n'
        f'[[modules]]\nslug = "b"\ntitle = "B"\nlessons = [\n{items}]\n'
    )
    assert parse_course(text) == course


@given(st.text())
def test_any_text_survives_toml(text):
    assert tomllib.loads(f"key = {quoted(text)}") == {"key": text}


words = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)


@given(title=words, summary=words, minutes=st.integers(1, 600), draft=st.booleans(), body=words)
def test_written_lessons_read_the_same(title, summary, minutes, draft, body):
    lesson = LessonFile(title, summary, minutes, draft, body + "\n")

    assert parse_lesson(lesson.to_text()) == lesson
