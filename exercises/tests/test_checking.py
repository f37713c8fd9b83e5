"""The publish gate in the real sandbox: as a command, as runs of the batch, and what becomes of them in between."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from io import StringIO

import pytest
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils.timezone import now

import sandbox
from courses.models import Lesson
from exercises import gate
from exercises.check_results import check_result, program_results
from exercises.checking import SEEDS, cancel_check, request_check, request_course_check, resume_check, settle
from exercises.checking_here import check_here
from exercises.errors import NotPending, NotRepeatable
from exercises.models import Exercise, ExerciseCheck, Run
from exercises.sweeping import sweep
from exercises.tasks import judge_next
from exercises.tests.builders import guest, make_lesson, make_run, make_submission
from exercises.tests.content import SOLUTION, WRONG, content
from exercises.versions import publish_exercise, save_exercise_draft

pytestmark = pytest.mark.django_db
Status = ExerciseCheck.Status
REFERENCE = "The reference must pass every case, whatever the random values are."
START = "The start code must run, and must not pass."


def make_draft(slug="health", **changes):
    lesson = Lesson.objects.first() or make_lesson()
    exercise = Exercise.objects.create(lesson=lesson, slug=slug)
    return save_exercise_draft(exercise=exercise, content=content(**changes))


@pytest.fixture
def no_sandbox(monkeypatch):
    def refuse(*args, **kwargs):
        raise sandbox.SandboxUnavailable("user namespaces are switched off")

    monkeypatch.setattr(sandbox, "judge", refuse)


def wakings():
    """How many messages tell the workers of the batch."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return client.llen("batch")


def work_off(limit=50):
    """What a worker does when it is told of the batch, as often as there is something left."""
    while Run.objects.next_in_batch().exists():
        judge_next()
        limit -= 1
        assert limit, "the batch has no end"


def test_check_is_green_when_every_program_does_as_it_should():
    check = check_here(make_draft())

    assert [(program.program, program.standing, program.brief) for program in program_results(check)] == [
        ("solution", "right", "All 2 tests pass"),
        ("starter", "right", "not written yet"),
        ("wrong/says-yes.py", "right", "1 of 2 tests passes"),
    ]
    assert check.status == Status.PASSED


@pytest.mark.parametrize(
    ("changes", "program", "problem"),
    [
        (
            {"solution": {"main.py": SOLUTION.replace("True", "1")}},
            "solution",
            f"{REFERENCE} It failed at: The body says ok.",
        ),
        (
            {"solution": {"main.py": "import flusk\n"}, "wrong": {}},
            "solution",
            f"{REFERENCE} What came of it: did not start (No module named 'flusk').",
        ),
        ({"starter": {"main.py": SOLUTION}}, "starter", f"{START} What came of it: All 2 tests pass."),
        (
            {"starter": {"main.py": "def broken(:\n"}},
            "starter",
            f"{START} What came of it: did not start (invalid syntax).",
        ),
        (
            {"wrong": {"a.py": "# fails: GET /health answers 200\n" + WRONG}},
            "wrong/a.py",
            "This mistake must fail at the case “GET /health answers 200”. It failed at: The body says ok.",
        ),
        (
            {"wrong": {"a.py": "# fails: The body says ok\n" + SOLUTION}},
            "wrong/a.py",
            "This mistake must fail at the case “The body says ok”. What came of it: All 2 tests pass.",
        ),
        (  # never reached is not failed
            {"wrong": {"a.py": "# fails: The body says ok\nimport os\nos._exit(0)\n"}},
            "wrong/a.py",
            "This mistake must fail at the case “The body says ok”. What came of it: did not start.",
        ),
    ],
)
def test_check_says_which_program_does_otherwise(changes, program, problem):
    check = check_here(make_draft(**changes))

    problems = [(found.program, found.problem) for found in program_results(check) if found.problem]
    assert (check.status, problems) == (Status.FAILED, [(program, problem)])


def test_every_program_of_a_check_is_a_run_of_the_batch_and_the_draft_can_then_be_published():
    version = make_draft()

    check = request_check(version=version)
    queued = [(run.program, run.seed, run.purpose, run.status) for run in check.runs.order_by("pk")]
    work_off()

    assert queued == [
        *(("solution", seed, "check", "queued") for seed in SEEDS),
        ("starter", SEEDS[0], "check", "queued"),
        ("wrong/says-yes.py", SEEDS[0], "check", "queued"),
    ]
    check.refresh_from_db()
    assert (check.status, check.finished_at > check.created_at) == (Status.PASSED, True)
    assert publish_exercise(exercise=version.exercise) == version


def test_a_check_keeps_what_a_learner_would_be_shown():
    check = request_check(version=make_draft(solution={"main.py": SOLUTION.replace("True", "1")}))

    work_off()

    reference = check_result(check).programs[0]
    (seen,) = [test for test in reference.result.tests if test.status == "failed"]
    assert (reference.result.headline, seen.name, seen.is_open) == ("1 of 2 tests passes", "The body says ok", True)
    expected, actual = ("".join(piece.text for piece in pieces) for pieces in (seen.expected, seen.actual))
    assert (expected, actual) == ('{"ok": true}', '{"ok": 1}')
    offered = [reference.result.can_retry, reference.result.edit_url, reference.result.solution_url]
    assert not any(offered)


def test_asking_twice_is_one_check_and_one_message(django_capture_on_commit_callbacks):
    version = make_draft()

    with django_capture_on_commit_callbacks(execute=True):
        first = request_check(version=version)
        second = request_check(version=version)

    assert (second, ExerciseCheck.objects.count(), wakings()) == (first, 1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["exercise", "course"])
def test_asking_twice_at_once_is_one_check_too(what):
    version = make_draft()
    course = version.exercise.lesson.course

    def ask():
        try:
            asked = request_check(version=version) if what == "exercise" else request_course_check(course=course)
            return asked.pk
        finally:
            connection.close()  # it is the thread's

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = request_check(version=version) if what == "exercise" else request_course_check(course=course)
            second = other.submit(ask)
            assert wait([second], timeout=1).not_done == {second}
        assert second.result(timeout=10) == first.pk


def test_a_check_waits_for_a_broker_that_is_away(valkey, django_capture_on_commit_callbacks):
    valkey.stop()
    try:
        with django_capture_on_commit_callbacks(execute=True):
            check = request_check(version=make_draft())
    finally:
        valkey.start()
    check.refresh_from_db()
    assert (check.status, wakings()) == (Status.PENDING, 0)

    sweep()

    assert wakings() == 1


def test_a_check_whose_worker_was_killed_goes_on():
    check = request_check(version=make_draft())
    run = Run.objects.next_in_batch()[0]
    gone = now() - timedelta(seconds=1)
    Run.objects.filter(pk=run.pk).update(status="running", lease=check.uuid, leased_until=gone, tries=1)

    sweep()

    run.refresh_from_db()
    assert (run.status, wakings()) == (Run.Status.QUEUED, 1)
    work_off()
    check.refresh_from_db()
    assert check.status == Status.PASSED


def test_a_check_is_settled_where_the_last_two_ended_at_once():
    check = check_here(make_draft())
    ExerciseCheck.objects.update(status=Status.PENDING, finished_at=None)

    sweep()

    check.refresh_from_db()
    assert check.status == Status.PASSED


def test_only_one_run_of_the_batch_is_under_way():
    request_check(version=make_draft())
    first, second = Run.objects.next_in_batch()[:2]
    Run.objects.claim(first.pk, lease=first.uuid, until=now() + timedelta(seconds=15))

    judge_next()
    sweep()

    second.refresh_from_db()
    assert (second.status, wakings()) == (Run.Status.QUEUED, 0)


@pytest.mark.parametrize(("tries", "goes_on"), [(0, False), (1, True)])
def test_the_batch_lets_learners_go_before(tries, goes_on):
    request_check(version=make_draft())
    make_run(make_submission(owner=guest()), tries=tries)  # with a try behind it, it waits for its time

    judge_next()

    assert Run.objects.in_batch().filter(status="done").exists() == goes_on


def test_nothing_of_the_batch_is_tried_while_the_canary_fails():
    request_check(version=make_draft())
    gate.close()
    try:
        judge_next()
    finally:
        gate.open_again()

    assert {run.tries for run in Run.objects.all()} == {0}
    assert wakings() == 0  # the sweeper asks again


def test_the_check_of_one_exercise_goes_before_that_of_a_course():
    version = make_draft()
    many = request_course_check(course=version.exercise.lesson.course).checks.get()
    one = request_check(version=make_draft("other"))

    order = [run.exercise_check for run in Run.objects.next_in_batch()]

    assert order == [one] * 5 + [many] * 5


def test_learners_neither_wait_behind_a_check_nor_see_it():
    attempt = make_submission(owner=guest())
    check = request_check(version=make_draft())
    waiting = make_run(attempt)

    assert Run.objects.queued_before(waiting).count() == 0
    assert Run.objects.queued_before(check.runs.latest("pk")).count() == check.runs.count() - 1
    assert list(Run.objects.awaited_by(attempt.owner)) == [waiting]


def test_a_sandbox_that_is_away_says_nothing_about_the_exercise(no_sandbox, monkeypatch):
    monkeypatch.setattr("exercises.grading.queueing.pause_after", lambda tries: 0)
    version = make_draft()
    check = request_check(version=version)

    work_off()

    check.refresh_from_db()
    assert check.status == Status.UNAVAILABLE
    assert {(run.status, run.reason, run.tries) for run in check.runs.all()} == {
        ("broken", "sandbox_unavailable", settings.RUN_MAX_TRIES)
    }
    assert check_result(check).headline == "Not every program could be run"


def test_a_check_is_stopped_and_goes_on_where_it_was():
    check = request_check(version=make_draft())
    judge_next()

    cancel_check(check=check)

    check.refresh_from_db()
    done = check.runs.get(status="done")
    assert (check.status, check.runs.filter(status="cancelled").count()) == (Status.CANCELLED, 4)
    with pytest.raises(NotPending):
        cancel_check(check=check)

    resume_check(check=check)
    with pytest.raises(NotRepeatable):
        resume_check(check=check)
    work_off()

    check.refresh_from_db()
    assert (check.status, check.runs.count()) == (Status.PASSED, 5)
    assert check.runs.filter(pk=done.pk).exists()


@pytest.mark.parametrize("lost", ["solution", "starter", "wrong/says-yes.py"])
def test_a_check_without_one_of_its_programs_is_not_green(lost):
    check = check_here(make_draft())
    check.runs.filter(program=lost).first().delete()
    ExerciseCheck.objects.update(status=Status.PENDING, finished_at=None)

    settle(check)

    check.refresh_from_db()
    assert check.status == Status.UNAVAILABLE


@pytest.mark.parametrize("wrong", [1, 3])
def test_a_check_needs_as_many_queries_for_any_number_of_programs(wrong, django_assert_num_queries):
    version = make_draft(wrong={f"says-yes-{number}.py": WRONG for number in range(wrong)})
    request_check(version=version)
    check = ExerciseCheck.objects.select_related("version__exercise").get()

    with django_assert_num_queries(1):
        result = check_result(check)

    assert (len(result.programs), result.done, result.total) == (2 + wrong, 0, 4 + wrong)


def run_command(*slugs):
    """(exit code, stdout, stderr) of manage.py check_exercises."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("check_exercises", *slugs, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


def test_command_tells_nobody_of_checks_whose_page_nobody_has(django_capture_on_commit_callbacks):
    """So it needs no broker, and says nothing about one that is not there."""
    make_draft()

    with django_capture_on_commit_callbacks() as announced:
        code, _out, _err = run_command("health")

    assert (code, announced) == (0, [])


def test_command_prints_a_table_and_tells_good_from_bad():
    make_draft()
    make_draft("unsound", starter={"main.py": SOLUTION}, wrong={})

    good = run_command("health")
    bad = run_command()

    table = (
        "health\n"
        "  ok     solution           All 2 tests pass\n"
        "  ok     starter            not written yet\n"
        "  ok     wrong/says-yes.py  1 of 2 tests passes\n"
    )
    assert good == (0, f"{table}1 exercise is sound.\n", "")
    assert bad == (
        1,
        f"{table}unsound\n  ok     solution  All 2 tests pass\n"
        f"  wrong  starter   {START} What came of it: All 2 tests pass.\n",
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
