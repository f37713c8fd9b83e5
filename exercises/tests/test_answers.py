"""Answers of each kind: what is refused and where, and what is judged how."""

from copy import deepcopy

import pytest
from django.http import QueryDict

from exercises.answers import ANSWERED
from exercises.answers.ranking import ranking
from exercises.case_sentences import sentence
from exercises.errors import InvalidAnswers
from exercises.tests.answer_content import RIGHT, TEXTS

SHEETS = {kind: ANSWERED[kind].parse(text) for kind, text in TEXTS.items()}


def changed(kind, **changes):
    """The right answers of *kind* with some of them replaced."""
    return deepcopy(RIGHT[kind]) | changes


def at(kind, place, value):
    """The right answers with the value at *place* (criteria.0.weight) replaced; ... removes it."""
    answers = deepcopy(RIGHT[kind])
    *path, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    owner = answers
    for step in path:
        owner = owner[step]
    if value is ...:
        del owner[last]
    else:
        owner[last] = value
    return answers


def problems_of(kind, answers):
    try:
        ANSWERED[kind].read(SHEETS[kind], answers)
    except InvalidAnswers as error:
        return error.problems
    return {}


def judged(kind, answers):
    read = ANSWERED[kind].read(SHEETS[kind], answers)
    return ANSWERED[kind].judge(SHEETS[kind], read)


@pytest.mark.parametrize("kind", RIGHT)
def test_right_answers_are_read_as_they_are_and_pass(kind):
    assert ANSWERED[kind].read(SHEETS[kind], RIGHT[kind]) == RIGHT[kind]
    tests = judged(kind, RIGHT[kind])
    assert [(test["status"], test["message"], test["request"]) for test in tests] == [("passed", None, None)] * len(
        tests
    )
    assert [test["name"] for test in tests] == [case["name"] for case in ANSWERED[kind].cases(SHEETS[kind])]


ROW = {"name": "Hosting", "weight": 1}
COLUMN = {"name": "Sanic", "scores": [1, 2]}


@pytest.mark.parametrize(
    ("kind", "answers", "problems"),
    [
        *(("choice", value, {"": "This must be an object."}) for value in (None, [], "x", 1)),
        ("choice", {}, {"first": "Choose an answer.", "sync": "Choose at least one answer."}),
        ("choice", changed("choice", first=""), {"first": "Choose an answer."}),
        ("choice", changed("choice", first="both"), {"first": "This must be one of stars, needs."}),
        ("choice", changed("choice", first=["needs"]), {"first": "This must be one of stars, needs."}),
        ("choice", changed("choice", first=True), {"first": "This must be one of stars, needs."}),
        ("choice", changed("choice", sync="flask"), {"sync": "This must be an array of names of options."}),
        ("choice", changed("choice", sync=["flask", 1]), {"sync": "The options are flask, django, sanic."}),
        ("choice", changed("choice", sync=[[]]), {"sync": "The options are flask, django, sanic."}),
        ("choice", changed("choice", third="x"), {"third": "There is no 'third' here."}),
        ("choice", changed("choice", **{"a.b c": "x"}), {"'a.b c'": "There is no 'a.b c' here."}),
        ("choice", {"a" * 200: 1, **RIGHT["choice"]}, {repr("a" * 80): f"There is no {'a' * 80!r} here."}),
        ("decision", at("decision", "pick", ...), {"pick": "This is missing."}),
        ("decision", at("decision", "reasons", ...), {"reasons": "This is missing."}),
        ("decision", changed("decision", extra=1), {"extra": "There is no 'extra' here."}),
        ("decision", changed("decision", criteria={}), {"criteria": "This must be an array."}),
        ("decision", at("decision", "criteria.0", "x"), {"criteria.0": "This must be an object."}),
        ("decision", at("decision", "criteria.0.name", " "), {"criteria.0.name": "Name this criterion."}),
        ("decision", at("decision", "criteria.0.name", 1), {"criteria.0.name": "This must be a text."}),
        ("decision", at("decision", "criteria.0.name", "a\0"), {"criteria.0.name": "This holds a NUL character."}),
        ("decision", at("decision", "criteria.0.name", "\ud800"), {
            "criteria.0.name": "This holds half of a surrogate pair, which is not text.",
        }),
        ("decision", at("decision", "criteria.0.name", "x" * 81), {
            "criteria.0.name": "This has 81 characters; 80 is the most.",
        }),
        ("decision", at("decision", "criteria.1.name", "required  Features"), {
            "criteria.1.name": "Another criterion is called required Features, too.",
        }),
        *(("decision", at("decision", "criteria.0.weight", value), {
            "criteria.0.weight": "This must be a whole number from 0 to 5.",
        }) for value in (6, -1, 2.0, True, "3", [], 10**20)),
        ("decision", at("decision", "criteria.0.weight", None), {
            "criteria.0.weight": "Give Required features a weight from 0 to 5.",
        }),
        ("decision", changed("decision", criteria=[{"name": name, "weight": 0} for name in "ab"]), {
            "criteria": "All weights are zero, so nothing counts. Give one criterion a weight above 0.",
        }),
        ("decision", changed("decision", criteria=[ROW], candidates=[
            {"name": name, "scores": [1]} for name in ("Django", "b", "c")
        ]), {"criteria": "Weigh at least 2 criteria."}),
        ("decision", changed("decision", criteria=[{"name": f"c{n}", "weight": 1} for n in range(13)], candidates=[
            {"name": name, "scores": [1] * 12} for name in ("Django", "b", "c")
        ]), {"criteria": "There can be 12 at most."}),
        ("decision", changed("decision", candidates=[COLUMN, RIGHT["decision"]["candidates"][1]]), {
            "candidates": "Compare at least 3 candidates.",
        }),
        ("decision", at("decision", "candidates.2.name", "FLASK"), {
            "candidates.2.name": "Another candidate is called FLASK, too.",
        }),
        ("decision", at("decision", "candidates.0.scores", [2]), {
            "candidates.0.scores.1": "Give Flask a score from 0 to 5 for Team experience.",
        }),
        ("decision", at("decision", "candidates.0.scores", [2, None]), {
            "candidates.0.scores.1": "Give Flask a score from 0 to 5 for Team experience.",
        }),
        ("decision", at("decision", "candidates.0.scores", [2, 5, 5]), {
            "candidates.0.scores": "There can be 2 at most.",
        }),
        ("decision", at("decision", "candidates.0.scores.0", 9), {
            "candidates.0.scores.0": "This must be a whole number from 0 to 5.",
        }),
        ("decision", changed("decision", pick=""), {"pick": "Pick one of the candidates."}),
        ("decision", changed("decision", pick="Rails"), {"pick": "Rails is not one of the candidates."}),
        ("decision", changed("decision", pick=["Flask"]), {"pick": "This must be a text."}),
        ("decision", changed("decision", reasons="x" * 4001), {
            "reasons": "This has 4001 characters; 4000 is the most.",
        }),
        ("scenario", {}, {"entries": "This is missing."}),
        ("scenario", {"entries": {}}, {"entries": "This must be an array."}),
        ("scenario", {"entries": RIGHT["scenario"]["entries"][:2]}, {"entries": "There must be 3 entries."}),
        ("scenario", {"entries": RIGHT["scenario"]["entries"] * 2}, {"entries": "There can be 3 at most."}),
        ("scenario", at("scenario", "entries.1.choice", "Rails"), {
            "entries.1.choice": "This must be one of Flask, Django, FastAPI.",
        }),
        ("scenario", at("scenario", "entries.1.choice", ["Flask"]), {
            "entries.1.choice": "This must be one of Flask, Django, FastAPI.",
        }),
        ("scenario", at("scenario", "entries.1.reasons", ...), {"entries.1.reasons": "This is missing."}),
        ("scenario", at("scenario", "entries.1.reasons", None), {"entries.1.reasons": "This must be a text."}),
        ("scenario", at("scenario", "entries.1.scenario", "x" * 3001), {
            "entries.1.scenario": "This has 3001 characters; 3000 is the most.",
        }),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_at_its_place(kind, answers, problems):
    assert problems_of(kind, answers) == problems


def test_problems_are_not_more_than_somebody_would_read():
    assert len(problems_of("choice", {str(number): 1 for number in range(10_000)})) == 30


@pytest.mark.parametrize(
    ("answers", "statuses", "said"),
    [
        ({"first": "needs", "sync": ["django", "flask", "flask"]}, ["passed", "passed"], []),
        (
            {"first": "stars", "sync": ["flask", "django"]},
            ["failed", "passed"],
            [
                "You picked “Stars on a website”, which is wrong. The right answer is “What the project needs”. "
                "Popularity says nothing about your project."
            ],
        ),
        (
            {"first": "needs", "sync": ["flask"]},
            ["passed", "failed"],
            ["What is missing is “Django”. So did Django."],
        ),
        (
            {"first": "needs", "sync": ["flask", "django", "sanic"]},
            ["passed", "failed"],
            ["You picked “Sanic”, which is wrong. Sanic is async-first."],
        ),
    ],
)
def test_questions_are_right_when_exactly_the_right_options_are_picked(answers, statuses, said):
    tests = judged("choice", answers)

    assert [test["status"] for test in tests] == statuses
    assert [sentence(test) for test in tests if test["message"]] == said


def test_a_wrong_answer_keeps_what_was_expected_and_picked():
    _, test = judged("choice", {"first": "needs", "sync": ["flask", "sanic"]})

    assert (test["expected"], test["actual"]) == ("Flask; Django", "Flask; Sanic")


@pytest.mark.parametrize(
    ("changes", "failed", "said"),
    [
        ({}, [], ""),
        ({"pick": "django"}, [], ""),
        ({"reasons": "  "}, [3], "You picked Django. Say why:"),
        ({"pick": "Flask"}, [4], "Flask has 25 points and Django has 34."),
        ({"pick": "Flask", "deviation_reason": "\n"}, [4], "Flask has 25 points and Django has 34."),
        ({"pick": "Flask", "deviation_reason": "We know it."}, [], ""),
        ({"pick": "FastAPI", "reasons": ""}, [3, 4], "You picked FastAPI."),
    ],
)
def test_a_decision_needs_reasons_and_one_more_for_a_pick_below_the_top(changes, failed, said):
    tests = judged("decision", changed("decision", **changes))

    assert [index for index, test in enumerate(tests) if test["status"] == "failed"] == failed
    assert " ".join(sentence(test) for test in tests).strip().startswith(said)


def test_a_pick_that_shares_the_top_needs_no_second_reason():
    answers = at("decision", "candidates.0.scores", [5, 3]) | {"pick": "Django"}

    assert {test["status"] for test in judged("decision", answers)} == {"passed"}


ENTRY = RIGHT["scenario"]["entries"][0]


@pytest.mark.parametrize(
    ("place", "value", "failed", "said"),
    [
        ("entries.0.scenario", "", [0, 6], "Still missing: text. Not every scenario has a text yet."),
        ("entries.0.choice", "", [0], "Still missing: framework."),
        ("entries.1.reasons", " ", [2, 3], "Still missing: reasons. There are no reasons yet."),
        ("entries.0", {"scenario": "", "choice": "", "reasons": ""}, [0, 1, 6],
         "Still missing: text, framework and reasons. There are no reasons yet. Not every scenario has a text yet."),
        ("entries.2.scenario", "a SHOP!", [6],
         "The same text stands in scenarios 1 and 3. Describe situations that ask for different things."),
        ("entries.2.reasons", "It is popular and steaming.", [5],
         "The reasons name none of the criteria: Team familiarity; Built-in features. Which one decided?"),
        ("entries.2.reasons", "Our TEAMS know it.", [], ""),
        ("entries.2.reasons", "A flat learning-curve", [], ""),
        ("entries.2.reasons", "team\u00adwork is ﬁne; Built\nin things", [], ""),
        ("entries.2.reasons", "Its built-in features are enough.", [], ""),
        ("entries.2.choice", "Django", [], ""),
    ],
)  # fmt: skip
def test_scenarios_are_complete_when_all_is_there_and_reasons_name_a_criterion(place, value, failed, said):
    tests = judged("scenario", at("scenario", place, value))

    assert [index for index, test in enumerate(tests) if test["status"] == "failed"] == failed
    assert " ".join(filter(None, map(sentence, tests))) == said


def test_texts_are_stored_fit_to_be_shown():
    answers = at("scenario", "entries.0.scenario", " a\r\nb\u202e\x1b[31mred ")

    read = ANSWERED["scenario"].read(SHEETS["scenario"], answers)

    assert read["entries"][0]["scenario"] == "a\nb\N{REPLACEMENT CHARACTER}red"


@pytest.mark.parametrize(
    ("weights", "scores", "ranks"),
    [
        ([5, 3], {"a": [2, 5], "b": [5, 3]}, [(1, "b", 34), (2, "a", 25)]),
        ([1, 1], {"a": [2, 2], "b": [3, 1], "c": [0, 5]}, [(1, "c", 5), (2, "a", 4), (2, "b", 4)]),
        ([0, 0], {"a": [5, 5], "b": [0, 0]}, [(1, "a", 0), (1, "b", 0)]),
        ([5, None], {"a": [None, 5], "b": [1, "x"]}, [(1, "b", 5), (2, "a", 0)]),
        (["6", True, 2], {"a": [5, 5, 9], "b": [0, 0, 1]}, [(1, "b", 2), (2, "a", 0)]),
        ([1, 1], {"a": [1]}, [(1, "a", 1)]),
        ([], {"a": []}, [(1, "a", 0)]),
    ],
)
def test_ranking_is_the_weighted_sum_best_first(weights, scores, ranks):
    criteria = [{"name": "", "weight": weight} for weight in weights]

    found = ranking(criteria, [{"name": name, "scores": list(row)} for name, row in scores.items()])

    assert [(rank.place, rank.name, rank.points) for rank in found] == ranks


def test_ranking_says_which_sums_are_not_complete():
    criteria = [{"name": "", "weight": 0}, {"name": "", "weight": 2}]

    found = ranking(criteria, [{"name": "a", "scores": [None, 1]}, {"name": "b", "scores": [1, None]}])

    assert [(rank.name, rank.is_complete, rank.of) for rank in found] == [("a", True, 10), ("b", False, 10)]


@pytest.mark.parametrize(
    ("kind", "form", "answers"),
    [
        (
            "choice",
            "question:first=needs&question:sync=flask&question:sync=sanic&other=1",
            {"first": "needs", "sync": ["flask", "sanic"]},
        ),
        ("choice", "", {"first": None, "sync": []}),
        (
            "scenario",
            "scenario=a&choice=Flask&reasons=b&scenario=c&choice=",
            {
                "entries": [
                    {"scenario": "a", "choice": "Flask", "reasons": "b"},
                    {"scenario": "c", "choice": "", "reasons": ""},
                    {"scenario": "", "choice": "", "reasons": ""},
                ]
            },
        ),
        (
            "decision",
            "title=T&criterion=a&weight=3&criterion=&weight=&criterion=b&weight=x"
            "&candidate=F&candidate=&candidate=G&score=1&score=&score=2&score=&score=&score=&score=5&score=&pick=2",
            {
                "title": "T", "context": "", "reasons": "", "deviation_reason": "",
                "criteria": [{"name": "a", "weight": 3}, {"name": "b", "weight": "x"}],
                "candidates": [{"name": "F", "scores": [1, 5]}, {"name": "G", "scores": [2, None]}],
                "pick": "G",
            },
        ),
        (
            "decision",
            "pick=9",
            {
                "title": "", "context": "", "reasons": "", "deviation_reason": "",
                "criteria": [], "candidates": [], "pick": "",
            },
        ),
    ],
)  # fmt: skip
def test_a_form_becomes_answers(kind, form, answers):
    assert ANSWERED[kind].from_form(SHEETS[kind], QueryDict(form)) == answers
