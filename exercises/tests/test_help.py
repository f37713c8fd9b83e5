"""Hints and the reference solution: services, pages and API."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils.timezone import now

from courses.models import Course
from exercises import helping
from exercises.course_progress import progress_in
from exercises.errors import NoMoreHints, NoSolution, SolutionClosed
from exercises.models import HelpUsed, Owner, Run
from exercises.owners import GUEST, adopt_guest
from exercises.tests.answer_content import make_answered
from exercises.tests.builders import guest, make_exercise, make_run, make_submission, make_user
from exercises.tests.content import content
from exercises.versions import problems_of_draft, save_exercise_draft

pytestmark = pytest.mark.django_db
Status, Verdict = Run.Status, Run.Verdict
HINTS = ["<p>A nudge.</p>", "<p>Look there.</p>", "<p>Do it so.</p>"]
PAGE, API = "/exercises/health-flask/", "/api/v1/exercises/health-flask/"


def exercise_with_help(**columns):
    return make_exercise(**{"hints_html": HINTS, "solution_html": "<p>Because.</p>", **columns})


def attempts(owner, exercise, *results):
    """One finished attempt for each (status, verdict, reason)."""
    for status, verdict, reason in results:
        make_run(make_submission(owner=owner, exercise=exercise), status, verdict=verdict, reason=reason)


FAILED = (Status.DONE, Verdict.FAILED, "mismatch")
PASSED = (Status.DONE, Verdict.PASSED, "")


def solution_for(owner, exercise):
    return helping.help_of(owner, exercise, exercise.published).solution


def hint_for(owner, exercise, number=None):
    return helping.open_hint(owner=owner, exercise=exercise, version=exercise.published, number=number)


def open_solution(owner, exercise):
    return helping.open_solution(owner=owner, exercise=exercise, version=exercise.published)


def client_of(owner):
    client = Client()
    session = client.session
    session[GUEST] = str(owner.guest)
    session.save()
    return client


def test_hints_open_in_order_and_stay_open():
    exercise, owner = exercise_with_help(), guest()

    opened = [hint_for(owner, exercise) for _ in HINTS]

    assert [(hint.number, hint.html, hint.name) for hint in opened] == [
        (1, HINTS[0], "a nudge"),
        (2, HINTS[1], "where to look"),
        (3, HINTS[2], "how to do it"),
    ]
    with pytest.raises(NoMoreHints):
        hint_for(owner, exercise)
    assert helping.help_of(owner, exercise, exercise.published).hints == opened
    assert helping.help_of(guest(), exercise, exercise.published).hints == []


def test_a_double_click_opens_one_hint():
    exercise, owner = exercise_with_help(), guest()

    assert [hint_for(owner, exercise, number=1).number for _ in range(2)] == [1, 1]
    assert HelpUsed.objects.get().hints == 1


@pytest.mark.parametrize(
    ("results", "state", "missing"),
    [
        ([], "closed", 2),
        ([FAILED], "closed", 1),
        ([FAILED, FAILED], "ready", 0),
        ([FAILED, FAILED, FAILED], "ready", 0),
        ([(Status.DONE, Verdict.CRASHED, "syntax_error"), (Status.DONE, Verdict.TIMED_OUT, "")], "ready", 0),
        ([FAILED, (Status.DONE, Verdict.FAILED, "unfinished")], "closed", 1),
        ([FAILED, (Status.BROKEN, "", "sandbox_unavailable")], "closed", 1),
        ([FAILED, (Status.CANCELLED, "", "")], "closed", 1),
        ([FAILED, (Status.QUEUED, "", "")], "closed", 1),
        ([PASSED], "open", 0),
        ([PASSED, FAILED], "open", 0),
    ],
)
def test_the_solution_opens_after_a_pass_or_for_who_has_failed_twice(results, state, missing):
    exercise, owner = exercise_with_help(), guest()
    attempts(owner, exercise, *results)
    attempts(guest(), exercise, FAILED, FAILED, PASSED)  # somebody else's

    offered = helping.help_of(owner, exercise, exercise.published)

    assert (offered.solution, offered.missing) == (state, missing)
    if state == "closed":
        with pytest.raises(SolutionClosed):
            open_solution(owner, exercise)
    else:
        assert open_solution(owner, exercise).files == {"main.py": "the answer key\n"}
    assert HelpUsed.objects.filter(solution_opened_at__isnull=False).exists() == (state == "ready")


def test_a_run_that_was_judged_again_counts_as_its_last_result():
    exercise, owner = exercise_with_help(), guest()
    for _ in range(2):
        submission = make_submission(owner=owner, exercise=exercise)
        make_run(submission, Status.BROKEN, reason="sandbox_unavailable")
        make_run(submission, Status.DONE, verdict=Verdict.FAILED, reason="mismatch")

    assert solution_for(owner, exercise) == "ready"


def test_an_exercise_without_a_solution_offers_none():
    exercise = make_exercise(solution={})

    assert solution_for(guest(), exercise) == "none"
    with pytest.raises(NoSolution):
        open_solution(guest(), exercise)


@pytest.mark.parametrize(
    ("passed_after", "with_solution"),
    [(timedelta(hours=1), ["health-flask"]), (timedelta(hours=-1), [])],
)
def test_a_pass_after_the_solution_is_marked_and_one_before_is_not(passed_after, with_solution):
    exercise, owner = exercise_with_help(), guest()
    attempts(owner, exercise, FAILED, FAILED)
    open_solution(owner, exercise)
    attempts(owner, exercise, PASSED)
    passed = Run.objects.get(verdict=Verdict.PASSED).submission
    passed.created_at = now() + passed_after
    passed.save()

    (progress,) = progress_in(Course.objects.all(), owner)

    assert [item.slug for item in progress.with_solution] == with_solution
    assert [item.slug for item in progress.passed] == ["health-flask"]
    client = client_of(owner)
    assert ("with solution" in client.get("/progress/").content.decode()) == bool(with_solution)
    lesson = client.get(exercise.lesson.get_absolute_url()).content.decode()
    assert ("Passed with solution" in lesson) == bool(with_solution)
    (api,) = client.get("/api/v1/me/progress/").json()["results"]
    assert api["exercises_with_solution"] == with_solution


@pytest.mark.parametrize(
    ("own", "guests", "hints", "opened"),
    [
        (None, (2, None), 2, None),
        ((1, None), (3, "early"), 3, "early"),
        ((3, "late"), (1, "early"), 3, "early"),
        ((2, "early"), (0, None), 2, "early"),
    ],
)
def test_help_moves_to_the_account_as_the_union(own, guests, hints, opened):
    times = {None: None, "early": now() - timedelta(days=1), "late": now()}
    exercise, other, user = exercise_with_help(), guest(), make_user()
    account = Owner(user_id=user.pk)
    for owner, used in ((account, own), (other, guests)):
        if used:
            HelpUsed.objects.create(
                **owner.columns, exercise=exercise, hints=used[0], solution_opened_at=times[used[1]]
            )

    for _ in range(2):
        adopt_guest(user=user, guest=other.guest)

    used = HelpUsed.objects.get()
    assert (used.user_id, used.guest) == (user.pk, None)
    assert (used.hints, used.solution_opened_at) == (hints, times[opened])


def test_saving_renders_hints_and_solution():
    exercise = make_exercise()

    version = save_exercise_draft(
        exercise=exercise,
        content=content(hints=["Use `app`.", "<script>x</script>"], solution_markdown="So, **because**.\n"),
    )

    assert version.hints_html[0] == "<p>Use <code>app</code>.</p>"
    assert "<script>" not in version.hints_html[1]
    assert version.solution_html == "<p>So, <strong>because</strong>.</p>"
    assert [problem.field for problem in problems_of_draft(exercise)] == ["hints"]


def test_versions_from_before_are_rendered_by_the_migration():
    exercise = make_exercise(hints=["Use `app`."], solution_markdown="See [it](lesson:flask).\n")

    import_module("exercises.migrations.0009_rendered_help").render_help(apps, None)

    exercise.draft.refresh_from_db()
    assert exercise.draft.hints_html == ["<p>Use <code>app</code>.</p>"]
    assert 'href="../../courses/web/flask/"' in exercise.draft.solution_html


# Pages


def test_the_page_of_the_exercise_opens_hints_and_keeps_what_was_typed(client):
    exercise_with_help()

    numbers = ["1", "1", "3", "2", "99", "x"]
    pages = [client.post(PAGE, {"file:main.py": "mine\n", "hint": number}) for number in numbers]

    assert [page.status_code for page in pages] == [200] * 6
    assert [len(page.context["help"].hints) for page in pages] == [1, 1, 2, 2, 2, 2]
    assert pages[0].context["files"][0]["text"] == "mine\n"
    assert "A nudge." in pages[0].content.decode()
    assert "Look there." not in pages[0].content.decode()
    assert not Run.objects.exists()


def test_the_page_of_an_answered_exercise_opens_hints_and_keeps_what_was_typed(client):
    exercise = make_answered("choice", hints=["Think."])

    page = client.post(exercise.get_absolute_url(), {"question:first": "needs", "hint": "1"})

    assert page.status_code == 200
    assert "Think." in page.content.decode()
    assert [option.is_chosen for option in page.context["questions"][0].options].count(True) == 1
    assert not Run.objects.exists()


def test_the_fragment_shows_and_opens_hints(client):
    exercise_with_help()

    closed, opened = client.get(f"{PAGE}help"), client.post(f"{PAGE}help", {"hint": "1"})

    assert "A nudge." not in closed.content.decode()
    assert "A nudge." in opened.content.decode()
    assert "<html" not in opened.content.decode()


def test_a_visitor_who_only_looks_becomes_no_guest(client):
    exercise_with_help()

    for path in (PAGE, f"{PAGE}help", f"{PAGE}solution", f"{API}hints/", f"{API}solution/"):
        client.get(path)
    client.post(f"{PAGE}solution")
    client.post(f"{API}solution/")

    assert client.cookies.get("sessionid") is None


@pytest.mark.parametrize(
    ("results", "status", "shown"),
    [
        ([], 403, "after 2 more attempts that did not pass"),
        ([FAILED], 403, "after 1 more attempt that did not pass"),
        ([FAILED, FAILED], 200, "Open the solution?"),
        ([PASSED], 200, "the answer key"),
    ],
)
def test_the_page_of_the_solution_says_what_opens_it(results, status, shown):
    exercise, owner = exercise_with_help(), guest()
    attempts(owner, exercise, *results)

    response = client_of(owner).get(f"{PAGE}solution")

    assert response.status_code == status
    assert shown in response.content.decode()
    assert ("the answer key" in response.content.decode()) == (results == [PASSED])


def test_the_solution_opens_by_its_form_and_stands_beside_ones_own_code():
    exercise, owner = exercise_with_help(), guest()
    attempts(owner, exercise, FAILED, FAILED)
    client = client_of(owner)

    posted = client.post(f"{PAGE}solution")
    page = client.get(posted["Location"])

    assert posted.status_code == 303
    assert (page.context["number"], [diff.path for diff in page.context["diffs"]]) == (2, ["main.py"])
    assert "It will be marked as done with solution" in page.content.decode()
    assert "<p>Because.</p>" in page.content.decode()


def test_an_exercise_without_solution_has_no_page_of_one(client):
    make_exercise(solution={})

    assert client.get(f"{PAGE}solution").status_code == 404


# API


def test_api_gives_the_next_hint(client):
    exercise_with_help()

    answers = [client.post(f"{API}hints/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 409]
    assert answers[0].json() == {"number": 1, "text_html": HINTS[0]}
    assert answers[3].json() == {"code": "no_more_hints", "detail": "There is no further hint."}
    assert client.get(f"{API}hints/").json() == {
        "hints": [{"number": number, "text_html": html} for number, html in enumerate(HINTS, 1)],
        "total": 3,
        "solution": "closed",
        "missing": 2,
    }


@pytest.mark.parametrize(
    ("method", "results", "status", "code"),
    [
        ("get", [FAILED], 403, "solution_closed"),
        ("post", [FAILED], 403, "solution_closed"),
        ("get", [FAILED, FAILED], 403, "solution_closed"),
        ("post", [FAILED, FAILED], 200, None),
        ("get", [PASSED], 200, None),
        ("post", [PASSED], 200, None),
    ],
)
def test_api_gives_the_solution_once_it_is_open(method, results, status, code):
    exercise, owner = exercise_with_help(), guest()
    attempts(owner, exercise, *results)

    answer = getattr(client_of(owner), method)(f"{API}solution/")

    assert answer.status_code == status
    if code:
        assert answer.json() == {"code": code, "detail": answer.json()["detail"]}
    else:
        assert answer.json() == {"files": {"main.py": "the answer key\n"}, "text_html": "<p>Because.</p>"}
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["hints/", "solution/"])
@pytest.mark.parametrize("is_published", [True, False])
def test_api_has_help_for_published_exercises_only(client, path, is_published):
    exercise_with_help(is_published=is_published)

    answer = client.get(API + path)

    assert answer.status_code == (404 if not is_published else 200 if path == "hints/" else 403)
