"""The publish gate in the real sandbox, as a task and as a command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

import sandbox
from courses.models import Lesson
from exercises.checking import INTERNAL_ERROR, Finding, check_version, run_check
from exercises.models import Exercise, ExerciseCheck
from exercises.tasks import check_exercise
from exercises.tests.builders import make_lesson
from exercises.tests.content import SOLUTION, WRONG, content
from exercises.versions import publish_exercise, save_exercise_draft

pytestmark = pytest.mark.django_db
BOTH = ["GET /health answers 200", "The body says ok"]
BODY = ["The body says ok"]


def make_draft(slug="health", **changes):
    lesson = Lesson.objects.first() or make_lesson()
    exercise = Exercise.objects.create(lesson=lesson, slug=slug)
    return save_exercise_draft(exercise=exercise, content=content(**changes))


@pytest.fixture
def no_sandbox(monkeypatch):
    def refuse(*args, **kwargs):
        raise sandbox.SandboxUnavailable("user namespaces are switched off")

    monkeypatch.setattr(sandbox, "judge", refuse)


def test_check_is_green_when_every_program_does_as_it_should():
    report = check_version(make_draft())

    assert report.findings == [
        Finding("solution", "passed", "", [], ""),
        Finding("starter", "failed", "unfinished", BOTH, ""),
        Finding("wrong/says-yes.py", "failed", "mismatch", BODY, ""),
    ]
    assert report.is_green


@pytest.mark.parametrize(
    ("changes", "program", "problem"),
    [
        (
            {"solution": {"main.py": SOLUTION.replace("True", "1")}},
            "solution",
            "The reference must pass; it fails at The body says ok (mismatch).",
        ),
        (
            {"solution": {"main.py": "import flusk\n"}, "wrong": {}},
            "solution",
            "The reference must pass; it does not start or ends by itself (No module named 'flusk').",
        ),
        ({"starter": {"main.py": SOLUTION}}, "starter", "The starter must run and not pass; it passes."),
        (
            {"starter": {"main.py": "def broken(:\n"}},
            "starter",
            "The starter must run and not pass; it does not start or ends by itself (invalid syntax).",
        ),
        (
            {"wrong": {"a.py": "# fails: GET /health answers 200\n" + WRONG}},
            "wrong/a.py",
            "It must fail at the case “GET /health answers 200”; it fails at The body says ok (mismatch).",
        ),
        (
            {"wrong": {"a.py": "# fails: The body says ok\n" + SOLUTION}},
            "wrong/a.py",
            "It must fail at the case “The body says ok”; it passes.",
        ),
        (  # never reached is not failed
            {"wrong": {"a.py": "# fails: The body says ok\nimport os\nos._exit(0)\n"}},
            "wrong/a.py",
            "It must fail at the case “The body says ok”; it does not start or ends by itself (exited).",
        ),
    ],
)
def test_check_says_which_program_does_otherwise(changes, program, problem):
    report = check_version(make_draft(**changes))

    assert [(finding.program, finding.problem) for finding in report.problems] == [(program, problem)]


def test_task_stores_a_green_check_and_the_draft_can_be_published():
    version = make_draft()
    check = ExerciseCheck.objects.create(version=version)

    check_exercise(check.pk)

    check.refresh_from_db()
    assert (check.status, [finding["program"] for finding in check.findings]) == (
        ExerciseCheck.Status.PASSED,
        ["solution", "starter", "wrong/says-yes.py"],
    )
    assert check.finished_at > check.created_at
    assert publish_exercise(exercise=version.exercise) == version


def test_task_stores_a_red_check():
    check = ExerciseCheck.objects.create(version=make_draft(starter={"main.py": SOLUTION}))

    check_exercise(check.pk)

    check.refresh_from_db()
    assert check.status == ExerciseCheck.Status.FAILED


def test_task_stores_that_there_was_no_sandbox(no_sandbox):
    check = ExerciseCheck.objects.create(version=make_draft())

    run_check(check.pk)

    check.refresh_from_db()
    assert (check.status, check.reason, check.findings) == ("unavailable", "user namespaces are switched off", [])


def test_task_stores_and_logs_a_bug_of_ours(caplog):
    version = make_draft()
    version.limits = {"wall_minutes": 1}  # of an older program, say
    version.save()
    check = ExerciseCheck.objects.create(version=version)

    run_check(check.pk)

    check.refresh_from_db()
    assert (check.status, check.reason, check.findings) == ("unavailable", INTERNAL_ERROR, [])
    assert check.finished_at > check.created_at
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info[0]) == (f"check {check.pk}: internal error", TypeError)


@pytest.mark.parametrize("status", [ExerciseCheck.Status.PASSED, ExerciseCheck.Status.UNAVAILABLE])
def test_task_delivered_twice_does_nothing(no_sandbox, status):
    check = ExerciseCheck.objects.create(version=make_draft(), status=status)

    run_check(check.pk)
    run_check(check.pk + 1)

    check.refresh_from_db()
    assert (check.status, check.reason) == (status, "")


def run_command(*slugs):
    """(exit code, stdout, stderr) of manage.py check_exercises."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("check_exercises", *slugs, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


def test_command_prints_a_table_and_tells_good_from_bad():
    make_draft()
    make_draft("unsound", starter={"main.py": SOLUTION}, wrong={})

    good = run_command("health")
    bad = run_command()

    table = (
        "health\n"
        "  ok     solution           passed\n"
        "  ok     starter            failed at GET /health answers 200\n"
        "  ok     wrong/says-yes.py  failed at The body says ok\n"
    )
    assert good == (0, f"{table}1 exercise is sound.\n", "")
    assert bad == (
        1,
        f"{table}unsound\n  ok     solution  passed\n"
        "  wrong  starter   The starter must run and not pass; it passes.\n",
        "1 of 2 exercises cannot be published.\n",
    )
    assert ExerciseCheck.objects.filter(status=ExerciseCheck.Status.PASSED).count() == 2


def test_command_tells_an_unsound_exercise_from_a_missing_sandbox(no_sandbox):
    make_draft()

    assert run_command() == (2, "", "The sandbox is not available: user namespaces are switched off\n")
    assert ExerciseCheck.objects.count() == 0


def test_command_refuses_an_exercise_that_does_not_exist():
    with pytest.raises(CommandError, match="There is no exercise nothing"):
        run_command("nothing")
