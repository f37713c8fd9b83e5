"""Figures for staff: each is counted again here, by plain loops over all rows, from a site that was busy at random."""

import csv
import io
import random
import statistics as figures_of_python
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import now

from courses.models import Course, Lesson
from exercises.admin.statistics import guarded, shown
from exercises.models import Exercise, LessonDone, Owner, ProblemReport, Rejudging, Run, Submission, Trial
from exercises.statistics import (
    Scope,
    days_table,
    exercise_tables,
    exercises_table,
    first_error,
    lessons_table,
    normalised_line,
    percentile,
)
from exercises.tests.builders import guest, make_course, make_exercise, make_lesson, make_run, make_trial, make_user

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
ERRORS = [
    ("KeyError", "'name-{}'"), ("ValueError", "invalid literal for int() with base 10: '{}'"),
    ("TypeError", "f() takes {} arguments"), ("json.JSONDecodeError", "line {} column 1"),
]  # fmt: skip
SCOPES = [
    (None, None),
    (date(2026, 3, 4), None),
    (None, date(2026, 3, 6)),
    (date(2026, 3, 3), date(2026, 3, 8)),
    (date(2026, 3, 5), date(2026, 3, 5)),
    (date(2027, 1, 1), None),
]


def moment(chance: random.Random) -> datetime:
    """Often just at midnight, where a day begins and another ends."""
    day = FIRST + timedelta(days=chance.randrange(10))
    seconds = chance.choice([0, 86_399, chance.randrange(86_400)])
    return day + timedelta(seconds=seconds, microseconds=chance.choice([0, 999_999]))


def busy_site(seed: int, attempts: int = 250) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    courses = [make_course(slug) for slug in ("web", "other")]
    lessons = [make_lesson(f"{course.slug}-{number}", course=course) for course in courses for number in range(2)]
    exercises = [
        make_exercise(f"{lesson.slug}-{number}", lesson=lesson) for lesson in lessons for number in range(2)
    ]  # fmt: skip
    make_exercise("never-tried", lesson=lessons[0])
    answered = make_exercise("answered", lesson=lessons[0], kind="choice", framework="")
    exercises.append(answered)
    staff = Owner(user_id=make_user("boss", is_staff=True).pk)
    owners = [guest() for _ in range(8)] + [Owner(user_id=make_user(f"learner-{n}").pk) for n in range(8)] + [staff]
    for _ in range(attempts):
        make_attempt(chance, chance.choice(owners), chance.choice(exercises))
    for _ in range(60):
        owner, lesson = chance.choice(owners), chance.choice(lessons)
        if not LessonDone.objects.filter(lesson=lesson, **owner.columns).exists():
            LessonDone.objects.create(lesson=lesson, done_at=moment(chance), **owner.columns)
        exercise = chance.choice(exercises)
        about = chance.choice([{"lesson_version": lesson.published}, {"exercise_version": exercise.published}])
        ProblemReport.objects.create(
            **chance.choice(owners).columns, **about, kind=chance.choice(["problem", "unclear", "clear"]), page="/",
            created_at=moment(chance), closed_at=chance.choice([None, now()]),
        )  # fmt: skip
        listing = {"exercise_version": None, "lesson_version": lesson.published, "listing": "shop"}
        columns = chance.choice([listing, {"exercise_version": exercise.published}])
        make_trial(Run.Status.DONE, owner=owner, created_at=moment(chance), **columns)


def make_attempt(chance: random.Random, owner: Owner, exercise: Exercise) -> None:
    at = moment(chance)
    submission = Submission.objects.create(
        **owner.columns, exercise_version=exercise.published, files={}, answers={}, created_at=at,
        is_preview=chance.random() < 0.1,
    )  # fmt: skip
    status = chance.choice([Run.Status.DONE] * 6 + [Run.Status.BROKEN, Run.Status.CANCELLED])
    make_judged(chance, submission, status, at, Run.Purpose.SUBMIT)
    if chance.random() < 0.3:
        again = chance.choice([Run.Status.DONE, Run.Status.QUEUED, Run.Status.RUNNING, Run.Status.BROKEN])
        make_judged(chance, submission, again, at + timedelta(hours=30), Run.Purpose.REJUDGE)
    if chance.random() < 0.2:
        preview = {"is_preview": True, "rejudging": Rejudging.objects.get_or_create(against="same")[0]}
        make_judged(chance, submission, Run.Status.DONE, at + timedelta(hours=31), Run.Purpose.REJUDGE, **preview)


def make_judged(
    chance: random.Random, submission: Submission, status: str, at: datetime, purpose: str, **columns
) -> None:
    columns |= {"created_at": at, "purpose": purpose}
    if status != Run.Status.QUEUED and chance.random() < 0.9:
        columns["started_at"] = at + timedelta(milliseconds=chance.randrange(5000))
    if status == Run.Status.DONE:
        verdict = chance.choice([Run.Verdict.PASSED, Run.Verdict.FAILED, Run.Verdict.FAILED, Run.Verdict.CRASHED,
                                 Run.Verdict.TIMED_OUT])  # fmt: skip
        columns |= {"verdict": verdict, **outcome(chance, verdict)}
    make_run(submission, status, **columns)


def outcome(chance: random.Random, verdict: str) -> dict:
    exception, message = chance.choice(ERRORS)
    raised = {"exception": exception, "message": message.format(chance.randrange(1000))}
    names = ["GET / answers 200", "GET /health answers 200", "=a case that a spreadsheet runs"]
    if verdict == Run.Verdict.PASSED:
        return {"tests": [{"name": name, "status": "passed", "message": None} for name in names]}
    if verdict == Run.Verdict.CRASHED:
        return {"reason": "exception", "details": raised, "tests": [
            {"name": name, "status": "skipped", "message": {"code": "not_reached"}} for name in names]}  # fmt: skip
    tests = []
    for name in names:
        status = chance.choice(["passed", "failed", "error", "skipped"])
        message = {"error": {"code": "exception", **raised}, "failed": {"code": "status", "expected": [200]}}.get(
            status
        )
        tests.append({"name": name, "status": status, "message": message})
    return {"reason": chance.choice(["mismatch", "exception"]), "tests": tests}


# --- The same again, over all rows -----------------------------------------------------------------------------------


def is_in(scope: Scope, at: datetime) -> bool:
    day = at.astimezone(UTC).date()
    return (scope.since is None or day >= scope.since) and (scope.until is None or day <= scope.until)


class Rows:
    """All rows there are, read once."""

    def __init__(self) -> None:
        place = "exercise_version__exercise__lesson"
        submissions = Submission.objects.select_related("user", place).prefetch_related("runs").order_by("pk")
        self.submissions = [submission for submission in submissions if not submission.is_preview]
        runs = Run.objects.select_related("submission__user", f"submission__{place}").exclude(submission=None)
        self.runs = [run for run in runs if not run.is_preview and not run.submission.is_preview]
        self.reports = list(ProblemReport.objects.select_related("lesson_version", "exercise_version"))
        self.done = list(LessonDone.objects.select_related("user"))
        self.trials = list(Trial.objects.select_related("user", "lesson_version", place))


def who(row) -> tuple:
    return (row.user_id, row.guest)


def judged(rows: Rows, scope: Scope) -> list[tuple[Submission, Run]]:
    """What counts, in the order in which it was handed in."""
    found = []
    for submission in rows.submissions:
        run = max((run for run in submission.runs.all() if not run.is_preview), key=lambda run: run.pk)
        by_staff = submission.user is not None and submission.user.is_staff
        course = submission.exercise_version.exercise.lesson.course_id
        if course in scope.courses and is_in(scope, submission.created_at) and run.status == "done" and not by_staff:
            found.append((submission, run))
    return found


def reports_on(rows: Rows, scope: Scope, is_about) -> tuple[int, int, int, int]:
    found = [row for row in rows.reports if is_about(row) and is_in(scope, row.created_at)]
    kinds = Counter(row.kind for row in found)
    still_open = sum(row.kind == "problem" and row.closed_at is None for row in found)
    return kinds["problem"], still_open, kinds["unclear"], kinds["clear"]


def expected_exercise(rows: Rows, scope: Scope, exercise: Exercise) -> tuple:
    of_learner = defaultdict(list)
    for submission, run in judged(rows, scope):
        if submission.exercise_version.exercise_id == exercise.pk:
            of_learner[who(submission)].append((submission.created_at, run.verdict == "passed"))
    tries, seconds = [], []
    for attempts in of_learner.values():
        passes = [number for number, (_, is_passed) in enumerate(attempts, start=1) if is_passed]
        if passes:
            tries.append(passes[0])
            seconds.append((attempts[passes[0] - 1][0] - attempts[0][0]).total_seconds())
    learners = len(of_learner)
    return (
        exercise.slug, exercise.draft.title, exercise.lesson.course.slug, exercise.lesson.slug,
        sum(len(attempts) for attempts in of_learner.values()), learners, len(tries),
        len(tries) / learners if learners else None,
        figures_of_python.median(tries) if tries else None,
        figures_of_python.median(seconds) if seconds else None,
        *reports_on(rows, scope, lambda row: row.exercise_version and row.exercise_version.exercise_id == exercise.pk),
    )  # fmt: skip


def expected_cases(rows: Rows, scope: Scope, exercise: Exercise) -> dict[str, tuple]:
    runs = [(who(submission), run) for submission, run in judged(rows, scope)
            if submission.exercise_version.exercise_id == exercise.pk]  # fmt: skip
    passed = {learner for learner, run in runs if run.verdict == "passed"}
    # A case of an older version that no attempt came to says nothing.
    asked_for = {test["name"] for _, run in runs for test in run.tests if test["status"] != "skipped"}
    names = {case["name"] for case in exercise.draft.cases} | asked_for
    found = {}
    for name in names:
        of_case = [(learner, test["status"]) for learner, run in runs for test in run.tests if test["name"] == name]
        asked = sum(status != "skipped" for _, status in of_case)
        failed = [learner for learner, status in of_case if status in ("failed", "error")]
        stuck = 0
        for learner in set(failed) - passed:
            newest = [run for someone, run in runs if someone == learner][-1]
            stuck += any(test["name"] == name and test["status"] in ("failed", "error") for test in newest.tests)
        found[name] = (asked, len(failed), len(failed) / asked if asked else None, len(set(failed)), stuck)
    return found


def expected_errors(rows: Rows, scope: Scope, exercise: Exercise) -> dict[tuple, tuple[int, int]]:
    found = defaultdict(list)
    for submission, run in judged(rows, scope):
        if submission.exercise_version.exercise_id == exercise.pk and run.verdict != "passed":
            error = (run.get_verdict_display(), run.reason, first_error(run.details, run.tests))
            found[error].append(who(submission))
    return {error: (len(learners), len(set(learners))) for error, learners in found.items()}


def expected_lesson(rows: Rows, scope: Scope, lesson: Lesson) -> tuple:
    def counts(row, at) -> bool:
        return is_in(scope, at) and not (row.user is not None and row.user.is_staff)

    done = {who(row) for row in rows.done if row.lesson_id == lesson.pk and counts(row, row.done_at)}
    readers = set(done)
    for submission in rows.submissions:
        if submission.exercise_version.exercise.lesson_id == lesson.pk and counts(submission, submission.created_at):
            readers.add(who(submission))
    for trial in rows.trials:
        version = trial.lesson_version or trial.exercise_version.exercise
        if version.lesson_id == lesson.pk and counts(trial, trial.created_at):
            readers.add(who(trial))
    return (
        lesson.slug, lesson.draft.title, lesson.course.slug, len(readers), len(done),
        len(done) / len(readers) if readers else None,
        *reports_on(rows, scope, lambda row: row.lesson_version and row.lesson_version.lesson_id == lesson.pk),
    )  # fmt: skip


def expected_days(rows: Rows, scope: Scope) -> list[tuple]:
    of_day = defaultdict(list)
    for run in rows.runs:
        by_staff = run.submission.user is not None and run.submission.user.is_staff
        course = run.submission.exercise_version.exercise.lesson.course_id
        if course in scope.courses and is_in(scope, run.created_at) and not by_staff:
            of_day[run.created_at.astimezone(UTC).date()].append(run)
    found = []
    for day in sorted(of_day, reverse=True):
        runs = of_day[day]
        verdicts, statuses = Counter(run.verdict for run in runs), Counter(run.status for run in runs)
        waits = sorted(
            (run.started_at - run.created_at).total_seconds() * 1000 for run in runs
            if run.started_at and run.purpose == "submit" and run.submission.exercise_version.kind == "http"
        )  # fmt: skip
        p95 = next((wait for wait in waits if sum(other <= wait for other in waits) >= 0.95 * len(waits)), None)
        found.append((
            day.isoformat(), len(runs), verdicts["passed"], verdicts["failed"], verdicts["crashed"],
            verdicts["timed_out"], verdicts["memory_exceeded"], verdicts["output_exceeded"], statuses["broken"],
            statuses["cancelled"], statuses["queued"] + statuses["running"],
            round(figures_of_python.median(waits)) if waits else None, None if p95 is None else round(p95),
        ))  # fmt: skip
    return found


def scopes() -> list[Scope]:
    every, one = [course.pk for course in Course.objects.all()], [Course.objects.get(slug="web").pk]
    return [Scope(courses=courses, since=since, until=until) for courses in (every, one) for since, until in SCOPES]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_what_the_rows_say(seed):
    busy_site(seed)
    rows, counted = Rows(), 0

    for scope in scopes():
        exercises = Exercise.objects.filter(lesson__course__in=scope.courses).in_course_order()
        exercises = exercises.select_related("draft", "lesson__course")
        table = exercises_table(scope)
        assert table.rows == [expected_exercise(rows, scope, exercise) for exercise in exercises]
        assert all(len(row) == len(table.columns) for row in table.rows)
        counted += sum(row[4] for row in table.rows)

        lessons = Lesson.objects.filter(course__in=scope.courses).select_related("draft", "course")
        lessons = lessons.order_by("course", "module", "position", "pk")
        table = lessons_table(scope)
        assert table.rows == [expected_lesson(rows, scope, lesson) for lesson in lessons]
        assert all(len(row) == len(table.columns) for row in table.rows)

        table = days_table(scope)
        assert table.rows == expected_days(rows, scope)
        assert all(len(row) == len(table.columns) for row in table.rows)

    assert counted > 300  # it was a busy site


@pytest.mark.parametrize("seed", [3, 4])
def test_every_figure_of_an_exercise_is_what_the_rows_say(seed):
    busy_site(seed)
    rows, scope_of_all = Rows(), scopes()

    for exercise in Exercise.objects.filter(slug__in=["web-0-0", "other-1-1", "never-tried"]).select_related("draft"):
        for scope in scope_of_all[:4]:
            cases, errors = exercise_tables(exercise, scope)
            assert {row[0]: row[1:] for row in cases.rows} == expected_cases(rows, scope, exercise)
            assert {row[:3]: row[3:] for row in errors.rows} == expected_errors(rows, scope, exercise)
            assert [row[3] for row in errors.rows] == sorted((row[3] for row in errors.rows), reverse=True)
    # The cases stand as the author has put them, those of older versions behind.
    assert [row[0] for row in exercise_tables(Exercise.objects.get(slug="web-0-0"), scope_of_all[0])[0].rows] == [
        "GET / answers 200",
        "GET /health answers 200",
        "=a case that a spreadsheet runs",
    ]


def test_what_is_not_a_learners_attempt_does_not_count():
    exercise = make_exercise()
    scope = Scope(courses=[exercise.lesson.course_id])
    boss = Owner(user_id=make_user("boss", is_staff=True).pk)

    def hand_in(owner: Owner, *runs: str) -> None:
        submission = Submission.objects.create(**owner.columns, exercise_version=exercise.published, files={})
        for status in runs:
            make_run(submission, status)

    hand_in(boss, "done")
    hand_in(guest(), "broken")
    hand_in(guest(), "cancelled")
    hand_in(guest(), "queued")
    hand_in(guest(), "done", "queued")  # being judged again
    make_trial("done", exercise_version=exercise.published)
    assert exercises_table(scope).rows[0][4:7] == (0, 0, 0)

    hand_in(guest(), "broken", "done")
    assert exercises_table(scope).rows[0][4:7] == (1, 1, 1)


# --- Words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "normalised"),
    [
        ("KeyError: 'abc'", "KeyError: '…'"),
        ('ValueError: "it\'s" and \'b\\\'c\'', "ValueError: '…' and '…'"),
        ("TypeError: f() takes 2 positional arguments but 13 were given",
         "TypeError: f() takes N positional arguments but N were given"),
        ("ValueError: 3.14 of 0xDEADbeef", "ValueError: N of 0x…"),
        ("AttributeError: 'Flask' object at 0x7f00 has no attribute 'gett'",
         "AttributeError: '…' object at 0x… has no attribute '…'"),
        ("a\nb\t c", "a b c"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)  # fmt: skip
def test_a_line_is_normalised(line, normalised):
    assert normalised_line(line) == normalised


@pytest.mark.parametrize(
    ("details", "tests", "error"),
    [
        ({}, [], ""),
        ({"exception": "SyntaxError", "message": "invalid syntax"}, [], "SyntaxError: invalid syntax"),
        ({"exception": "SystemExit", "message": None}, [], "SystemExit"),
        ({}, [{"name": "One", "status": "passed"}, {"name": "Two", "status": "failed", "message": {"code": "x"}}],
         "Two"),
        ({"exception": "KeyError", "message": "'a'"}, [{"name": "One", "status": "failed", "message": None}],
         "KeyError: '…'"),
        ({}, [{"name": "One", "status": "error", "message": {"exception": "KeyError", "message": "'a'"}},
              {"name": "Two", "status": "error", "message": {"exception": "TypeError", "message": "no"}}],
         "KeyError: '…'"),
    ],
)  # fmt: skip
def test_the_first_error_is_an_exception_or_a_case(details, tests, error):
    assert first_error(details, tests) == error


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([7], 7), (range(1, 21), 19), (range(1, 22), 20), (range(100), 94), ([3, 1, 2], 3)],
)
def test_the_95th_percentile_is_the_nearest_rank(values, expected):
    assert percentile(values, 0.95) == expected


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "count", "—"), (3, "count", "3"), (2.5, "count", "2.5"), (2.0, "count", "2"), (2 / 3, "share", "67 %"),
        (0.996, "share", "99 %"), (1.0, "share", "100 %"), (0.004, "share", "1 %"), (0.0, "share", "0 %"),
        (0.0, "seconds", "0 s"), (59.6, "seconds", "1 min 0 s"), (3725, "seconds", "1 h 2 min"),
        (90_000, "seconds", "1 d 1 h"), (12, "ms", "12 ms"), (9_999, "ms", "9999 ms"), (432_142_464, "ms", "5 d 0 h"),
    ],
)  # fmt: skip
def test_a_figure_is_shown_in_words(value, unit, text):
    assert shown(value, unit) == text


# --- Pages -----------------------------------------------------------------------------------------------------------

PAGES = {"exercises": "changelist", "lessons": "lessons", "days": "days"}


def address(page: str, *arguments: object) -> str:
    return reverse(f"admin:exercises_statistics_{PAGES.get(page, page)}", args=arguments)


def log_in(client, *permissions: str) -> User:
    user = make_user("somebody", is_staff=True)
    codes = [*permissions, "edit_every_course"]  # all courses are theirs, whatever they may do with them
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    return user


@pytest.fixture
def reader(client) -> User:
    return log_in(client, "view_statistics")


def everything() -> dict[str, str]:
    return {"since": "", "until": ""}


@pytest.mark.parametrize(("permissions", "status"), [(["view_statistics"], 200), (["view_exercise"], 403), ([], 403)])
def test_who_may_look(client, permissions, status):
    make_exercise()
    log_in(client, *permissions)

    for page in PAGES:
        assert client.get(address(page)).status_code == status
        assert client.get(address(page), {"csv": page}).status_code == status
    assert client.get(address("exercise", "health-flask")).status_code == status
    listed = client.get(reverse("admin:index")).content.decode()
    assert (address("exercises") in listed) == (status == 200)


def test_learners_are_sent_to_the_login(client):
    client.force_login(make_user("learner"))

    assert client.get(address("exercises"))["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_each_figure_beside_its_meaning(client, reader, page):
    busy_site(5, attempts=60)

    response = client.get(address(page), everything())
    html = response.content.decode()

    (section,) = response.context["sections"]
    for column in section.table.columns:
        assert not column.definition or escape(str(column.definition)) in html
    assert len(section.table.rows) > 3
    for cells in section.rows:
        for text, _, _ in cells:
            assert escape(text) in html


def test_the_page_of_an_exercise_shows_cases_and_errors_escaped(client, reader):
    exercise = make_exercise()
    submission = Submission.objects.create(**guest().columns, exercise_version=exercise.published, files={})
    evil = {"exception": "<script>alert(1)</script>", "message": "<b>\x1b[31m"}
    tests = [{"name": "GET / answers 200", "status": "error", "message": {"code": "exception", **evil}}]
    make_run(submission, "done", verdict="failed", reason="exception", tests=tests)

    html = client.get(address("exercise", exercise.slug), everything()).content.decode()

    assert "&lt;script&gt;alert(N)&lt;/script&gt;: &lt;b&gt;" in html
    assert ("<script>alert" in html, "\x1b" in html) == (False, False)
    assert client.get(address("exercise", "unknown")).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_csv_has_the_figures_as_they_are(client, reader, page):
    busy_site(6, attempts=60)

    response = client.get(address(page), everything() | {"csv": page})

    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{page}.csv"'
    (section,) = client.get(address(page), everything()).context["sections"]
    head, *rows = csv.reader(io.StringIO(response.getvalue().decode()))
    assert len(head) == len(section.table.columns)
    assert rows == [["" if value is None else str(value) for value in row] for row in section.table.rows]


def test_no_cell_of_a_csv_is_a_formula(client, reader):
    exercise = make_exercise(title="=HYPERLINK(1)")
    submission = Submission.objects.create(**guest().columns, exercise_version=exercise.published, files={})
    names = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "a=1", 'with "quotes", and commas')
    tests = [{"name": name, "status": "failed", "message": {"code": "status"}} for name in names]
    make_run(submission, "done", verdict="failed", reason="=cmd", tests=tests)

    cases = client.get(address("exercise", exercise.slug), everything() | {"csv": "cases"}).getvalue().decode()
    errors = client.get(address("exercise", exercise.slug), everything() | {"csv": "errors"}).getvalue().decode()
    overview = client.get(address("exercises"), everything() | {"csv": "exercises"}).getvalue().decode()

    names = [row[0] for row in csv.reader(io.StringIO(cases, newline=""))][-8:]
    assert names == ["'=1+1", "'+1", "'-1", "'@SUM(1)", "'\t=1", "'\r=1", "a=1", 'with "quotes", and commas']
    assert "Failed,'=cmd,'=1+1,1,1" in errors
    assert "'=HYPERLINK(1)" in overview


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), (-1.5, -1.5), (0, 0), ("", ""), ("a", "a"), ("-1", "'-1"), ("=A1", "'=A1")]
)
def test_numbers_stay_numbers_in_a_csv(value, cell):
    assert guarded(value) == cell


def test_pages_can_be_limited_to_a_course_and_to_days(client, reader):
    busy_site(7, attempts=60)
    course = Course.objects.get(slug="other")
    scope = Scope(courses=[course.pk], since=date(2026, 3, 3), until=date(2026, 3, 5))

    response = client.get(address("days"), {"course": "other", "since": "2026-03-03", "until": "2026-03-05"})

    assert response.context["sections"][0].table.rows == days_table(scope).rows != []
    assert "course=other&amp;since=2026-03-03&amp;until=2026-03-05&amp;csv=days" in response.content.decode()


def test_the_last_90_days_are_shown_first(client, reader, time_machine):
    time_machine.move_to(datetime(2026, 5, 29, 12, tzinfo=UTC))
    log_in_again = client.get(address("days"))

    assert log_in_again.context["form"]["since"].value() == date(2026, 3, 1)
    assert 'value="2026-03-01"' in log_in_again.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"since": "2026-03-02", "until": "2026-03-01"},
        {"course": "unknown"},
        {"course": "\0"},
        {"since": "0001-01-01", "until": "x"},
    ],
)
def test_what_cannot_be_counted_is_said(client, reader, asked):
    make_exercise()

    response = client.get(address("exercises"), asked)

    assert (response.status_code, response.context["sections"]) == (422, [])
    assert "errorlist" in response.content.decode()
    assert client.get(address("exercises"), asked | {"csv": "exercises"}).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_any_day_may_be_asked_for(client, reader, day):
    make_exercise()

    assert client.get(address("exercises"), {"since": day, "until": day}).status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "exercise"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_page_needs_the_same_queries_for_any_number_of_rows(client, reader, page, count, django_assert_num_queries):
    lesson = make_lesson()
    for number in range(count):
        exercise = make_exercise(f"exercise-{number}", lesson=lesson)
        make_lesson(f"lesson-{number}")
        for _ in range(count):
            submission = Submission.objects.create(**guest().columns, exercise_version=exercise.published, files={})
            make_run(submission, "done", tests=[{"name": "GET / answers 200", "status": "passed", "message": None}])
    arguments = ["exercise-0"] if page == "exercise" else []
    client.get(address(page, *arguments))  # with what is looked up once for all

    # Session, account, two for its permissions, the courses, and the table: six for lessons.
    with django_assert_num_queries(QUERIES[page]):
        client.get(address(page, *arguments))


QUERIES = {"exercises": 8, "lessons": 11, "days": 6, "exercise": 7}
