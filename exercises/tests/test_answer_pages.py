"""The pages of exercises that are answered, as a browser without scripts sees them."""

import re
from html import unescape
from itertools import permutations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from exercises.answering import answer
from exercises.models import LessonDone, Owner, Run, SelfAssessment, Submission
from exercises.tests.answer_content import CHOICE, RIGHT, content, make_answered
from exercises.tests.builders import make_exercise, make_run, make_submission, make_user
from exercises.tests.kinds import content_of
from exercises.throttling import SubmissionThrottle
from exercises.versions import publish_exercise, save_exercise_draft

pytestmark = pytest.mark.django_db

MATRIX = {
    "title": "A framework for the shop",
    "context": "A small shop.",
    "criterion": ["Required features", "Team experience"],
    "weight": ["5", "3"],
    "candidate": ["Flask", "Django", "FastAPI"],
    "score": ["2", "5", "3", "5", "3", "1"],
    "pick": "1",
    "reasons": "The admin is there already.",
    "deviation_reason": "",
}
FORMS = {
    "choice": {"question:first": "needs", "question:sync": ["flask", "django"]},
    "decision": MATRIX,
    "scenario": {
        name: [entry[name] for entry in RIGHT["scenario"]["entries"]] for name in ("scenario", "choice", "reasons")
    },
}


def page_of(kind):
    return f"/exercises/{kind}/"


def hand_in(client, kind, **changes):
    return client.post(page_of(kind), FORMS[kind] | {"do": "submit"} | changes)


def newest():
    return Submission.objects.latest("pk")


def words_of(response):
    """What a reader sees: no tags, single spaces."""
    body = re.sub(r"(?s)<(svg|head|datalist).*?</\1>", "", response.content.decode()).replace("</td>", " ")
    return " ".join(unescape(strip_tags(body)).split())


@pytest.mark.parametrize("kind", FORMS)
def test_the_form_stores_the_answers_and_leads_back_to_the_result(client, kind):
    make_answered(kind)

    response = hand_in(client, kind)

    assert (response.status_code, response["Location"]) == (303, f"{page_of(kind)}#results")
    assert newest().answers == RIGHT[kind]
    assert newest().current_run.verdict == "passed"
    page = client.get(page_of(kind))
    assert page.context["result"].outcome == "pass"
    assert page["Cache-Control"] == "private, no-store"
    assert "data-continue" in page.content.decode()


@pytest.mark.parametrize("kind", FORMS)
def test_nothing_is_told_before_an_attempt(client, kind):
    make_answered(kind, solution_markdown="The model.\n")

    body = client.get(page_of(kind)).content.decode()

    for secret in ("Popularity", "It began with WSGI", "The model.", "edit products", "workload", "Your answer,"):
        assert secret not in body, secret


@pytest.mark.parametrize("kind", FORMS)
def test_the_newest_attempt_is_filled_in_when_one_comes_back(client, kind):
    make_answered(kind)
    hand_in(client, kind)

    body = client.get(page_of(kind)).content.decode()

    if kind == "choice":
        checked = re.findall(r'value="([a-z]+)"\s+checked', body)
        assert checked == ["needs", "flask", "django"]
    elif kind == "decision":
        values = {
            name: re.findall(rf'name="{name}"\s+value="([^"]*)"', body) for name in ("candidate", "weight", "score")
        }
        assert values == {name: MATRIX[name] for name in values}
        assert re.findall(r'name="pick"\s+value="(\d)"\s+checked', body) == ["1"]
    else:
        assert re.findall(r'<option value="([A-Za-z]+)" selected', body) == ["Django", "FastAPI", "Flask"]
        assert body.count("Hardly any learning curve.") == 1


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("kind", FORMS)
def test_the_page_needs_the_same_queries_for_any_number_of_attempts(client, django_assert_num_queries, kind, count):
    make_answered(kind)
    for _ in range(count):
        hand_in(client, kind)

    # session, exercise, attempts counted, attempts, their runs, exercises passed, lesson is published, help used,
    # and for the step after it: the lesson's exercises, the course's lessons; of a scenario, what staff wrote about it
    with django_assert_num_queries(11 if kind == "scenario" else 10):
        client.get(page_of(kind))


# What is not accepted


@pytest.mark.parametrize(
    ("kind", "changes", "summary", "ids"),
    [
        ("choice", {"question:first": "", "question:sync": []},
         ["Question 1: Choose an answer.", "Question 2: Choose at least one answer."], ["question-1", "question-2"]),
        ("decision", {"weight": ["0", "0"]},
         ["All weights are zero, so nothing counts. Give one criterion a weight above 0."], ["criteria"]),
        ("decision", {"score": ["2", "5", "3", "5", "", "1"]},
         ["Give Django a score from 0 to 5 for Team experience."], ["candidates-1-scores-1"]),
        ("decision", {"score": ["2", "5", "3", "5", "six", "1"]},
         ["This must be a whole number from 0 to 5."], ["candidates-1-scores-1"]),
        ("decision", {"candidate": ["Flask", "flask", "FastAPI"]},
         ["Another candidate is called flask, too."], ["candidates-1-name"]),
        ("decision", {"criterion": ["Team experience", "Team experience"]},
         ["Another criterion is called Team experience, too."], ["criteria-1-name"]),
        ("decision", {"candidate": ["Flask", "Django", ""], "score": ["2", "5", "", "5", "3", ""]},
         ["Compare at least 3 candidates."], ["candidates"]),
        ("decision", {"pick": ""}, ["Pick one of the candidates."], ["pick"]),
        ("decision", {"pick": "7"}, ["Pick one of the candidates."], ["pick"]),
        ("decision", {"reasons": "x" * 4001}, ["This has 4001 characters; 4000 is the most."], ["reasons"]),
        ("scenario", {"choice": ["Rails", "Flask", "Flask"]},
         ["Scenario 1: This must be one of Flask, Django, FastAPI."], ["choice-1"]),
        ("scenario", {"reasons": ["x", "y" * 3001, "z"]},
         ["Scenario 2: This has 3001 characters; 3000 is the most."], ["reasons-2"]),
    ],
)  # fmt: skip
def test_what_is_not_accepted_is_said_at_its_field_and_kept(client, kind, changes, summary, ids):
    make_answered(kind)

    response = hand_in(client, kind, **changes)

    body = response.content.decode()
    assert (response.status_code, Submission.objects.count()) == (422, 0)
    assert [mending.text for mending in response.context["summary"]] == summary
    for name in ids:
        assert body.count(f'href="#{name}"') == 1
        assert body.count(f'id="{name}"') == 1
    assert "Not accepted: " in " ".join(body.split())
    assert "sessionid" not in client.cookies
    for value in changes.values():
        for typed in value if isinstance(value, list) else [value]:
            assert typed in body or typed in ("Rails", "7")


def test_a_refused_matrix_keeps_its_empty_rows_and_columns(client):
    make_answered("decision")

    response = hand_in(client, "decision", candidate=["", "", ""], weight=["", ""], score=[""] * 6, pick="")

    matrix = response.context["matrix"]
    assert response.status_code == 422
    assert ([column.label for column in matrix.columns], len(matrix.rows)) == (
        ["Candidate 1", "Candidate 2", "Candidate 3"],
        2,
    )
    assert len(re.findall(r'<input type="radio"\s+name="pick"', response.content.decode())) == 3


def test_problems_are_said_at_the_row_and_column_of_the_form(client):
    make_answered("decision")

    response = hand_in(
        client, "decision",
        criterion=["", "Required features", "Team experience"], weight=["", "5", "9"],
        candidate=["", "Flask", "flask"], score=["", "", "", "", "1", "2", "", "x", "4"], pick="1",
    )  # fmt: skip

    matrix = response.context["matrix"]
    assert {mending.id for mending in response.context["summary"]} == {
        "criteria-2-weight", "candidates-1-scores-2", "candidates-2-name", "candidates",
    }  # fmt: skip
    assert [row.weight.error != "" for row in matrix.rows] == [False, False, True]
    assert [[field.error != "" for _, field in row.scores] for row in matrix.rows] == [
        [False, False, False], [False, False, False], [False, True, False],
    ]  # fmt: skip
    assert [column.name.error for column in matrix.columns] == ["", "", "Another candidate is called flask, too."]
    assert [column.is_picked for column in matrix.columns] == [False, True, False]
    for mending in response.context["summary"]:
        assert response.content.decode().count(f'id="{mending.id}"') == 1


@pytest.mark.parametrize("changes", [{"candidate": "Flask", "score": ["2", ""]}, {"candidate": [], "criterion": []}])
def test_a_refused_matrix_has_a_row_and_as_many_columns_as_are_to_be_compared(client, changes):
    make_answered("decision")

    response = hand_in(client, "decision", **changes)

    matrix = response.context["matrix"]
    assert (len(matrix.columns), bool(matrix.rows)) == (3, True)
    assert "Compare at least 3 candidates." in [mending.text for mending in response.context["summary"]]


@pytest.mark.parametrize("kind", FORMS)
def test_an_empty_or_broken_form_is_answered_with_422(client, kind):
    make_answered(kind)

    forms = [{}, {"criterion": "a", "score": ["1"] * 50, "pick": "²"}, {"question:first": "\0", "scenario": "\0"}]
    statuses = [client.post(page_of(kind), form).status_code for form in forms]

    assert statuses == ([303, 303, 422] if kind == "scenario" else [422, 422, 422])


def test_the_rate_is_kept_and_the_answers_too(client, monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)
    make_answered("scenario")

    accepted, refused = hand_in(client, "scenario"), hand_in(client, "scenario", reasons=["team one", "team two", "t"])

    assert (accepted.status_code, refused.status_code, Submission.objects.count()) == (303, 429, 1)
    assert int(refused["Retry-After"]) > 0
    seconds = refused["Retry-After"]
    assert f"That was a lot at once. Try again in {seconds} s." in words_of(refused)
    assert f'<p data-wait="{seconds}">' in refused.content.decode()
    assert "team two" in refused.content.decode()


def test_staff_see_a_draft_and_what_they_hand_in_counts_nowhere(client):
    make_answered("choice", is_published=False)
    client.force_login(make_user(is_staff=True, is_superuser=True))

    page, accepted = client.get(page_of("choice")), hand_in(client, "choice")

    assert page.context["is_preview"]
    assert (accepted.status_code, newest().is_preview) == (303, True)
    assert client.get(page_of("choice")).context["result"].number == 1
    assert LessonDone.objects.count() == 0
    assert Client().get(page_of("choice")).status_code == 404


# What is shown after it


def test_every_option_is_explained_with_what_was_picked_and_what_is_right(client):
    make_answered("choice")
    hand_in(client, "choice", **{"question:first": "stars", "question:sync": ["flask"]})

    page = client.get(page_of("choice"))

    rows = page.context["result"].tests
    assert [(row.word, row.is_open) for row in rows] == [("Wrong", True), ("Wrong", True)]
    assert [[(option.marks, option.icon) for option in row.options] for row in rows] == [
        [("Your answer, wrong", "cross"), ("Right answer", "check")],
        [("Your answer, right", "check"), ("Right answer", "check"), ("", "circle")],
    ]
    text = words_of(page)
    assert "0 of 2 answers right" in text
    for words in ("Popularity says nothing about your project.", "Everything else follows", "Sanic is async-first."):
        assert text.count(words) == 1


def test_one_can_answer_again_and_stays_passed(client):
    make_answered("choice")
    hand_in(client, "choice")
    hand_in(client, "choice", **{"question:first": "stars"})

    page = client.get(page_of("choice"))

    assert [(item.number, item.result.short) for item in page.context["history"]] == [
        (2, "1 of 2 answers right"),
        (1, "All 2 answers are right"),
    ]
    assert page.context["is_passed"]


def test_an_old_attempt_shows_the_questions_that_it_answered(client):
    exercise = make_answered("choice")
    hand_in(client, "choice")
    exercise.refresh_from_db()
    make_new_version(exercise, CHOICE.replace('name = "needs"', 'name = "wants"').replace("needs`", "wants`"))

    attempt, page = client.get(newest().get_absolute_url()), client.get(page_of("choice"))

    assert "What the project needs" in words_of(attempt)
    assert "What the project wants" in words_of(page)
    assert re.findall(r'value="([a-z]+)"\s+checked', page.content.decode()) == ["flask", "django"]


CODE = {"http": "flask", "function": "", "script": "", "streamlit": "streamlit"}
CONTENTS = {kind: content(kind) for kind in FORMS} | {kind: content_of(kind) for kind in CODE}


@pytest.mark.parametrize(("before", "after"), list(permutations(CONTENTS, 2)))
def test_an_attempt_at_another_kind_is_shown_and_not_filled_in(client, before, after):
    exercise = make_answered("choice", is_published=False)
    save_exercise_draft(exercise=exercise, content=CONTENTS[before])
    publish_exercise(exercise=exercise, check=False)
    client.force_login(user := make_user())
    if before in FORMS:
        answer(owner=Owner(user_id=user.pk), exercise=exercise, answers=RIGHT[before])
    else:
        owner = Owner(user_id=user.pk)
        attempt = Submission.objects.create(
            **owner.columns, exercise_version=exercise.published, files={"main.py": "was = 'typed before'\n"}
        )
        make_run(attempt, Run.Status.DONE)
    save_exercise_draft(exercise=exercise, content=CONTENTS[after])
    publish_exercise(exercise=exercise, check=False)

    page, attempt = client.get(page_of("choice")), client.get(newest().get_absolute_url())

    assert (page.status_code, attempt.status_code) == (200, 200)
    assert (page.context["version"].kind, len(page.context["history"])) == (after, 1)
    form = page.content.decode().partition('id="results"')[0]
    for typed in ("typed before", "A small shop.", "A webhook", "checked"):
        assert typed not in form, typed


def make_new_version(exercise, cases_toml):
    save_exercise_draft(exercise=exercise, content=content("choice", cases_toml=cases_toml))
    publish_exercise(exercise=exercise)


def test_a_decision_shows_ranking_model_and_record_once_it_is_complete(client):
    make_answered("decision")
    hand_in(client, "decision", reasons="")
    open_page = words_of(client.get(page_of("decision")))
    hand_in(client, "decision")
    page = client.get(page_of("decision"))

    assert "We would pick Django." not in open_page
    assert "4 of 5 parts of the decision are there" in open_page
    assert "Say why: a decision without reasons" in open_page
    review = page.context["result"].review
    assert [(rank.name, rank.points) for rank in review.ranks] == [("Django", 34), ("Flask", 25), ("FastAPI", 18)]
    assert "We would pick Django." in words_of(page)
    assert f'href="/submissions/{newest().uuid}/decision.md"' in page.content.decode()


def test_scenarios_show_rubric_and_models_once_they_are_complete(client):
    make_answered("scenario")
    hand_in(client, "scenario", reasons=["team", "", "team"])
    open_page = words_of(client.get(page_of("scenario")))
    hand_in(client, "scenario")
    page = words_of(client.get(page_of("scenario")))

    assert ("Assess yourself" in open_page, "Model answers" in open_page) == (False, False)
    assert "5 of 7 parts are there" in open_page
    assert "The reasons name the workload." in page
    assert "A shop with staff who edit products. Framework: Django Its admin is built in." in page


@pytest.mark.parametrize("kind", FORMS)
def test_the_attempt_page_shows_what_was_answered(client, kind):
    make_answered(kind)
    hand_in(client, kind)

    page = client.get(newest().get_absolute_url())

    text = words_of(page)
    assert page.status_code == 200
    assert "The code of this attempt" not in text
    assert {"choice": "Your answer, right", "decision": "Required features 5 2 5 3", "scenario": "A webhook Flask"}[
        kind
    ] in text


def test_what_a_learner_typed_is_text_and_nothing_else(client):
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    make_answered("decision")
    make_answered("scenario")
    hand_in(
        client, "decision", criterion=[attack, "b"], candidate=[attack, "Django", "c"], reasons=attack, title=attack
    )
    addresses = [page_of("decision"), newest().get_absolute_url()]
    hand_in(client, "scenario", scenario=[attack, "b", "c"], reasons=[f"{attack} team", "team", "team"])
    addresses += [page_of("scenario"), newest().get_absolute_url()]

    for address in addresses:
        body = client.get(address).content.decode()
        assert "<script>alert" not in body, address
        assert "<img src=x" not in body, address
        assert "&lt;script&gt;" in body, address


def test_the_panel_alone_has_what_the_page_has(client):
    make_answered("scenario")
    hand_in(client, "scenario")
    address = reverse("exercises:panel", args=[newest().uuid])

    first = client.get(address)
    client.post(reverse("exercises:assess", args=[newest().uuid]), {"tick": "workload"})
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    same = client.get(address, headers={"if-none-match": changed["ETag"]})

    assert "Model answers" in words_of(first)
    assert [answer.status_code for answer in (first, changed, same)] == [200, 200, 304]


# Buttons of the matrix


@pytest.mark.parametrize(
    ("command", "columns", "rows", "pick"),
    [
        ("rank", ["Flask", "Django", "FastAPI"], ["Required features", "Team experience"], 1),
        ("add-criterion", ["Flask", "Django", "FastAPI"], ["Required features", "Team experience", ""], 1),
        ("add-candidate", ["Flask", "Django", "FastAPI", ""], ["Required features", "Team experience"], 1),
        ("remove-criterion:0", ["Flask", "Django", "FastAPI"], ["Team experience"], 1),
        ("remove-candidate:0", ["Django", "FastAPI"], ["Required features", "Team experience"], 0),
        ("remove-candidate:1", ["Flask", "FastAPI"], ["Required features", "Team experience"], None),
        ("remove-candidate:9", ["Flask", "Django", "FastAPI"], ["Required features", "Team experience"], 1),
        ("remove-candidate:x", ["Django", "FastAPI"], ["Required features", "Team experience"], 0),
        ("nonsense", ["Flask", "Django", "FastAPI"], ["Required features", "Team experience"], 1),
    ],
)
def test_buttons_change_the_matrix_and_hand_in_nothing(client, command, columns, rows, pick):
    make_answered("decision")

    response = hand_in(client, "decision", do=command)

    matrix = response.context["matrix"]
    picked = [index for index, column in enumerate(matrix.columns) if column.is_picked]
    assert (response.status_code, Submission.objects.count(), "sessionid" in client.cookies) == (200, 0, False)
    assert ([column.name.value for column in matrix.columns], [row.name.value for row in matrix.rows]) == (
        columns,
        rows,
    )
    assert picked == ([] if pick is None else [pick])
    assert {len(row.scores) for row in matrix.rows} == {len(columns)}
    assert "The admin is there already." in response.content.decode()


def test_recalculate_ranks_what_is_there_already(client):
    make_answered("decision")

    response = hand_in(client, "decision", do="rank", score=["2", "5", "3", "5", "", "1"], candidate=["Flask", "", "x"])

    assert [(rank.place, rank.name, rank.points, rank.is_complete) for rank in response.context["matrix"].ranks] == [
        (1, "Flask", 25, True),
        (1, "Candidate 2", 25, False),
        (3, "x", 18, True),
    ]
    assert "25 of 40, scores missing" in words_of(response)


def test_a_matrix_has_an_end(client):
    make_answered("decision")
    many = {"candidate": ["c"] * 30, "criterion": ["r"] * 30, "weight": ["1"] * 30, "score": ["1"] * 900}

    matrix = hand_in(client, "decision", do="add-candidate", **many).context["matrix"]

    assert (len(matrix.columns), len(matrix.rows), matrix.can_add_row, matrix.can_add_column) == (8, 12, False, False)


# Assessment and record


def test_an_assessment_is_kept_with_the_attempt(client):
    make_answered("scenario")
    hand_in(client, "scenario")
    address = reverse("exercises:assess", args=[newest().uuid])

    first = client.post(address, {"tick": ["workload", "against", "other"]}, follow=True)
    second = client.post(address, {})

    assert first.redirect_chain == [("/exercises/scenario/#results", 303)]
    assert len(re.findall(r'name="tick"\s+value="[a-z]+"\s+checked', first.content.decode())) == 2
    assert "Your assessment is kept with this attempt." in words_of(first)
    assert (second.status_code, SelfAssessment.objects.get().ticked) == (303, [])


def test_a_rubric_that_is_not_open_cannot_be_ticked(client):
    make_answered("scenario")
    hand_in(client, "scenario", reasons=["team", "", "team"])

    page = client.post(reverse("exercises:assess", args=[newest().uuid]), {"tick": "workload"}, follow=True)

    assert "The rubric opens once this attempt is complete." in words_of(page)
    assert "The reasons name the workload." not in words_of(page)
    assert SelfAssessment.objects.count() == 0


def test_an_older_attempt_is_assessed_on_its_own_page(client):
    make_answered("scenario")
    hand_in(client, "scenario")
    older = newest()
    hand_in(client, "scenario")

    response = client.post(reverse("exercises:assess", args=[older.uuid]), {"tick": "against"})

    assert response["Location"] == f"{older.get_absolute_url()}#results"
    assert older.self_assessment.ticked == ["against"]


def test_only_its_owner_assesses_an_attempt(client):
    make_answered("scenario")
    hand_in(client, "scenario")
    address = reverse("exercises:assess", args=[newest().uuid])

    statuses = [Client().post(address).status_code, client.get(address).status_code, client.post(address).status_code]
    strangers = Client().get(newest().get_absolute_url()).content.decode()

    assert statuses == [403, 405, 303]
    assert "Keep my assessment" not in strangers
    assert re.search(r'name="tick"\s+value="workload"\s+disabled', strangers)


def test_only_scenarios_have_a_rubric_and_only_decisions_a_record(client):
    make_answered("choice")
    hand_in(client, "choice")
    submissions = [newest(), make_run(make_submission(exercise=make_exercise()), Run.Status.DONE).submission]

    for submission in submissions:
        assert client.post(reverse("exercises:assess", args=[submission.uuid])).status_code == 404
        assert client.get(reverse("exercises:decision-record", args=[submission.uuid])).status_code == 404


def test_a_decision_is_downloaded_as_markdown_by_who_may_read_it(client):
    make_answered("decision")
    hand_in(client, "decision")
    address = reverse("exercises:decision-record", args=[newest().uuid])

    response = client.get(address)

    assert (response.status_code, response["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="decision.md"'
    assert response["Cache-Control"] == "private, no-store"
    assert response.content.decode().startswith("# A framework for the shop\n\nDate: 20")
    account = Client()
    account.force_login(make_user())
    hand_in(account, "decision")
    address = reverse("exercises:decision-record", args=[newest().uuid])
    assert [account.get(address).status_code, client.get(address).status_code] == [200, 404]
