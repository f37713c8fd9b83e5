"""cases.toml of the kinds that are answered: what it becomes, and every mistake with its line."""

import pytest
from django.utils.translation import override

from courses.exporting import export_course
from courses.loading import ContentError, load_course
from courses.models import Course
from courses.publishing import PublishRefused
from courses.tests.builders import contents_of
from exercises.answers import ANSWERED
from exercises.models import Exercise, ExerciseVersion
from exercises.tests.answer_content import CHOICE, DECISION, SCENARIO, TEXTS, content, make_answered, write_answered
from exercises.toml_documents import TomlError


def problems_of(kind, text):
    with pytest.raises(TomlError) as caught:
        ANSWERED[kind].parse(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_sheet_says_what_the_file_says_and_what_it_leaves_out():
    choice, decision, scenario = (ANSWERED[kind].parse(text) for kind, text in TEXTS.items())

    first, second = choice["question"]
    assert (first["name"], first["words"], first["multiple"]) == ("first", "What do you look at first?", False)
    assert [option["correct"] for option in second["option"]] == [True, True, False]
    assert first["option"][1]["why_words"] == "Everything else follows from it. See the lesson."
    assert decision["decision"] == {
        "criterion": [
            {"name": "Required features", "help": "What must be there."},
            {"name": "Team experience", "help": ""},
        ],
        "candidates": ["Flask", "Django", "FastAPI"],
        "min_criteria": 2,
        "min_candidates": 3,
    }
    assert (scenario["scenario"]["entries"], scenario["scenario"]["choice_label"]) == (3, "Framework")


def test_cases_are_the_tests_in_order():
    names = {
        kind: [case["name"] for case in ANSWERED[kind].cases(ANSWERED[kind].parse(text))]
        for kind, text in TEXTS.items()
    }

    assert names["choice"] == ["What do you look at first?", "Which two are sync-first?"]
    assert names["decision"][1] == "At least 3 candidates have a name"
    assert names["scenario"][-2:] == [
        "The reasons for scenario 3 name a selection criterion",
        "The scenarios differ from each other",
    ]


def test_cases_are_stored_alike_and_read_in_the_language_of_each_reader():
    with override(None):
        stored = {kind: ANSWERED[kind].cases(ANSWERED[kind].parse(text)) for kind, text in TEXTS.items()}

    with override("en"):
        for kind, text in TEXTS.items():
            sheet = ANSWERED[kind].parse(text)
            assert ANSWERED[kind].cases(sheet) == stored[kind]
            assert ANSWERED[kind].names(sheet) in ([], [case["name"] for case in stored[kind]])


def changed(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("kind", "text", "problems"),
    [
        ("choice", "", ["cases.toml needs 'question'"]),
        ("choice", "question = []", ["line 1: 1 to 20 [[question]] are needed"]),
        ("choice", "question = 1\nextra = 2", [
            "line 1: 1 to 20 [[question]] are needed",
            "line 2: unknown key 'extra'; cases.toml knows question",
        ]),
        ("choice", changed(CHOICE, "correct = true\n", ""), [
            "line 1: exactly one option must be correct, or else multiple = true; correct are 0",
        ]),
        ("choice", changed(CHOICE, 'website"\n', 'website"\ncorrect = true\n'), [
            "line 1: exactly one option must be correct, or else multiple = true; correct are 2",
        ]),
        ("choice", CHOICE.replace("correct = true\n", ""), [
            "line 1: exactly one option must be correct, or else multiple = true; correct are 0",
            "line 18: at least one option must be correct; none is",
        ]),
        ("choice", changed(CHOICE, '"needs"', '"stars"'), ["line 11: name: 'stars' is there twice"]),
        ("choice", changed(CHOICE, '"sync"', '"first"'), ["line 20: name: 'first' is there twice"]),
        ("choice", changed(CHOICE, "Which two are sync-first?", "What do you look at first?"), [
            "line 21: text: 'What do you look at first?' is there twice",
        ]),
        ("choice", changed(CHOICE, '"stars"', '"The Stars"'), [
            "line 6: name must be of small letters, digits and single hyphens, 50 at most",
        ]),
        ("choice", changed(CHOICE, 'why = "It began with WSGI."\n', ""), ["line 24: an option needs 'why'"]),
        ("choice", changed(CHOICE, "It began with WSGI.", " "), ["line 28: why must be a text in quotes"]),
        ("choice", changed(CHOICE, "true", "1"), ["line 13: correct must be true or false"]),
        ("choice", changed(CHOICE, '"Flask"', '"* Flask"'), ["line 26: the text of an option is one paragraph"]),
        ("choice", changed(CHOICE, '"Flask"', f'"{"x" * 4001}"'), ["line 26: text has 4000 characters at most"]),
        ("choice", changed(CHOICE, "multiple", "many"), [
            "line 19: exactly one option must be correct, or else multiple = true; correct are 2",
            "line 22: unknown key 'many'; a question knows multiple, name, option, text",
        ]),
        ("choice", CHOICE[: CHOICE.index('[[question.option]]\nname = "needs"')], [
            "line 5: 2 to 8 [[question.option]] are needed",
        ]),
        ("decision", CHOICE, [
            "cases.toml needs 'decision'",
            "line 1: unknown key 'question'; cases.toml knows decision",
        ]),
        ("decision", "decision = 1", ["line 1: [decision] must be a table"]),
        ("decision", changed(DECISION, "candidates", "candidate"), [
            "line 2: unknown key 'candidate'; [decision] knows candidates, criterion, min_candidates, min_criteria",
        ]),
        ("decision", changed(DECISION, '"Django"', '"flask"'), ["line 2: candidates: 'flask' is there twice"]),
        ("decision", changed(DECISION, '"Django"', "3"), ["line 2: candidates must be a text in quotes"]),
        ("decision", changed(DECISION, "[decision]\n", "[decision]\nmin_candidates = 1\n"), [
            "line 2: min_candidates must be a whole number from 2 to 8",
        ]),
        ("decision", changed(DECISION, "Team experience", "required features"), [
            "line 9: name: 'required features' is there twice",
        ]),
        ("decision", changed(DECISION, "Team experience", "x" * 81), ["line 9: name has 80 characters at most"]),
        ("decision", changed(DECISION, "What must", "What  must"), [
            "line 6: help must be one line of at most 200 characters, without doubled spaces",
        ]),
        ("scenario", "[scenario]", [
            "line 1: [scenario] needs 'choices'",
            "line 1: [scenario] needs 'criterion'",
            "line 1: [scenario] needs 'rubric'",
            "line 1: [scenario] needs 'model'",
        ]),
        ("scenario", changed(SCENARIO, "[scenario]\n", "[scenario]\nentries = 0\n"), [
            "line 2: entries must be a whole number from 1 to 10",
        ]),
        ("scenario", changed(SCENARIO, '["team", "learning curve"]', '"team"'), [
            "line 7: words must be an array of 0 to 40 texts",
        ]),
        ("scenario", changed(SCENARIO, '"team"', '"!"'), ["line 7: words must have a letter or a digit in each"]),
        ("scenario", changed(SCENARIO, '"against"', '"workload"'), ["line 18: name: 'workload' is there twice"]),
        ("scenario", changed(SCENARIO, 'choice = "Django"', 'choice = "Rails"'), [
            "line 23: choice must be one of Flask, Django, FastAPI",
        ]),
        ("scenario", changed(SCENARIO, "Its **admin** is built in.", "It is popular."), [
            "line 24: reasons must name a criterion, as those of learners must",
        ]),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_line(kind, text, problems):
    assert problems_of(kind, text) == problems


@pytest.mark.parametrize(
    ("kind", "changes", "problems"),
    [
        ("choice", {}, []),
        ("decision", {}, []),
        ("scenario", {}, []),
        ("choice", {"framework": "flask"}, ["framework: An exercise of the kind choice has no framework."]),
        ("choice", {"starter": {"main.py": ""}}, ["starter: An exercise of the kind choice has no starter files."]),
        (
            "scenario",
            {"solution": {"main.py": ""}},
            ["solution: An exercise of the kind scenario has no solution files, only a solution.md."],
        ),
        ("choice", {"limits": {"wall_seconds": 3}}, ["limits: An exercise of the kind choice has no limits."]),
        (
            "decision",
            {"solution_markdown": ""},
            ["solution_markdown: The solution is empty: learners compare their answers with it."],
        ),
        ("choice", {"cases_toml": ""}, ["cases_toml: cases.toml needs 'question'"]),
        ("choice", {"prompt_markdown": ""}, ["prompt_markdown: The prompt is empty."]),
    ],
)
def test_content_has_the_parts_of_its_kind_and_no_others(kind, changes, problems):
    found = content(kind, **changes).problems()

    assert [f"{problem.field}: {problem}" for problem in found] == problems


@pytest.mark.django_db
def test_the_texts_are_rendered_when_a_version_is_saved():
    exercise = make_answered("choice", solution_markdown="Because **so**.\n")

    first = exercise.published.sheet["question"][0]
    assert first["html"] == "<p>What do you look at <em>first</em>?</p>"
    assert first["option"][1]["html"] == "<p>What the project <code>needs</code></p>"
    assert 'href="../../courses/web/first/"' in first["option"][1]["why_html"]
    assert exercise.published.solution_html == "<p>Because <strong>so</strong>.</p>"
    assert exercise.published.cases[0]["name"] == "What do you look at first?"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "changes", "message", "line"),
    [
        ("choice", {"cases_toml": changed(CHOICE, "lesson:first", "lesson:none")}, "cases", 14),
        ("scenario", {"cases_toml": changed(SCENARIO, "*workload*", "<blink>")}, "cases", 15),
        ("decision", {"solution_markdown": "# Big\n"}, "solution", 1),
        ("decision", {"prompt_markdown": "a\n\n# Big\n"}, "prompt", 3),
    ],
)
def test_mistakes_in_its_texts_keep_an_exercise_from_being_published(kind, changes, message, line):
    with pytest.raises(PublishRefused) as caught:
        make_answered(kind, **changes)

    assert caught.value.message == f"Mend these problems in the {message}, then publish."
    assert [problem.line for problem in caught.value.problems] == [line]


@pytest.mark.django_db
def test_load_and_export_are_each_others_opposite(tmp_path):
    folder = write_answered(tmp_path)

    load_course(folder, publish=True)
    again = load_course(folder, publish=True)
    target = tmp_path / "export" / folder.name
    export_course(Course.objects.get(), target)

    assert Exercise.objects.published().count() == 3
    assert (again.is_unchanged, ExerciseVersion.objects.count()) == (True, 3)
    assert contents_of(target) == contents_of(folder)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "old", "new", "problem"),
    [
        ("choice/cases.toml", "correct = true", "correct = 1", "choice/cases.toml:13: correct must be true or false"),
        ("choice/cases.toml", "*first*", "<b>first", "choice/cases.toml:3: The tag <blink>"),
        ("choice/exercise.toml", "lesson", 'framework = "flask"\nlesson',
         "choice/exercise.toml:3: An exercise of the kind choice has no framework."),
        ("decision/solution.md", "We would", "", "decision/solution.md: The solution is empty"),
    ],
)  # fmt: skip
def test_load_names_the_file_and_line_of_a_mistake(tmp_path, label, old, new, problem):
    folder = write_answered(tmp_path)
    path = folder / "exercises" / label
    text = path.read_text()
    if new == "":
        path.unlink()
    else:
        path.write_text(changed(text, old, new.replace("<b>", "<blink>")))

    with pytest.raises(ContentError) as caught:
        load_course(folder)

    problems = [str(found).removeprefix(f"{folder}/exercises/") for found in caught.value.problems]
    assert [found for found in problems if found.startswith(problem)], problems
