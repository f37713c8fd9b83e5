"""Judging attempts again: a preview that nobody notices, and what applying it changes; in the real sandbox."""

import pytest
from django.urls import reverse

from exercises.grading import grade
from exercises.models import Rejudging, Run, Submission
from exercises.progress import done_lessons, passed_exercises
from exercises.rejudging import (
    Change,
    NothingToJudge,
    NotReady,
    apply_rejudging,
    changed_runs,
    discard_rejudging,
    preview_of,
    request_rejudging,
)
from exercises.submitting import retry, submit
from exercises.tasks import judge_next
from exercises.tests.builders import CASES, guest, make_exercise, make_run
from exercises.tests.test_checking import work_off

pytestmark = pytest.mark.django_db
Against, Verdict = Rejudging.Against, Run.Verdict

BOTH = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
@app.get("/health")
def answer():
    return "ok"
"""
HOME = BOTH.replace('@app.get("/health")\n', "")
HEALTH = BOTH.replace('@app.get("/")\n', "")
STARTER = {"main.py": "app = ...\n"}


@pytest.fixture
def exercise():
    """Version 1 wants /health alone, which is a mistake; see mend()."""
    return make_exercise(cases=CASES[1:], starter=STARTER)


def hand_in(exercise, source, owner=None):
    attempt = submit(owner=owner or guest(), exercise=exercise, files={"main.py": source})
    grade(attempt.current_run.pk)
    return Submission.objects.with_current_run().get(pk=attempt.pk)


def mend(exercise):
    """Publish a version with the other case."""
    version = exercise.published
    version.pk, version.number, version.cases = None, version.number + 1, CASES[:1]
    version._state.adding = True
    version.save()
    exercise.draft = exercise.published = version
    exercise.save()
    return version


def verdict_of(attempt):
    return Submission.objects.with_current_run().get(pk=attempt.pk).current_run.verdict


@pytest.fixture
def attempts(exercise):
    """Passed by mistake, failed by mistake, right in any case; judged by version 1. Version 2 is published since."""
    made = [hand_in(exercise, source) for source in (HEALTH, HOME, BOTH)]
    mend(exercise)
    return made


def ask(against=Against.PUBLISHED, **columns):
    return request_rejudging(attempts=Submission.objects.all(), against=against, **columns)


def test_a_preview_shows_what_would_change_and_changes_nothing(attempts):
    before = [verdict_of(attempt) for attempt in attempts]

    rejudging = ask()
    work_off()

    preview = preview_of(rejudging)
    assert before == ["passed", "failed", "passed"]
    assert (preview.done, preview.total) == (3, 3)
    assert dict(preview.counts) == {
        Change("passed", "failed"): 1,
        Change("failed", "passed"): 1,
        Change("passed", "passed"): 1,
    }
    assert {run.submission_id for run in changed_runs(rejudging)} == {attempts[0].pk, attempts[1].pk}
    assert [verdict_of(attempt) for attempt in attempts] == before
    assert passed_exercises(attempts[1].owner) == {}
    assert done_lessons(attempts[1].owner) == set()
    assert {attempt.exercise_version.number for attempt in Submission.objects.all()} == {1}


def test_apply_makes_them_the_results_and_who_had_passed_stays_passed(attempts, exercise):
    rejudging = ask()
    work_off()

    assert apply_rejudging(rejudging=rejudging) == 3

    assert [verdict_of(attempt) for attempt in attempts] == ["failed", "passed", "passed"]
    assert {attempt.exercise_version.number for attempt in Submission.objects.all()} == {2}
    assert [set(passed_exercises(attempt.owner)) for attempt in attempts] == [{exercise.pk}] * 3
    assert all(done_lessons(attempt.owner) == {exercise.lesson_id} for attempt in attempts)
    # What had judged them before is still known.
    first = Run.objects.filter(submission=attempts[0]).order_by("pk")
    assert [(run.verdict, run.judged_by.number, run.is_preview) for run in first] == [
        ("passed", 1, False),
        ("failed", 2, False),
    ]
    assert dict(preview_of(rejudging).counts)[Change("passed", "failed")] == 1  # still told afterwards


@pytest.mark.parametrize("is_over", [True, False])
def test_discard_forgets_them(attempts, is_over):
    rejudging = ask()
    if is_over:
        work_off()
    else:
        judge_next()

    discard_rejudging(rejudging=rejudging)

    assert not Run.objects.filter(rejudging=rejudging).exists()
    assert [verdict_of(attempt) for attempt in attempts] == ["passed", "failed", "passed"]
    for again in (apply_rejudging, discard_rejudging):
        with pytest.raises(NotReady):
            again(rejudging=rejudging)


def test_it_is_applied_once_and_only_when_all_are_judged(attempts):
    rejudging = ask()
    judge_next()
    with pytest.raises(NotReady):
        apply_rejudging(rejudging=rejudging)
    work_off()
    apply_rejudging(rejudging=rejudging)

    for again in (apply_rejudging, discard_rejudging):
        with pytest.raises(NotReady):
            again(rejudging=rejudging)


def test_learners_wait_for_none_of_it(attempts):
    ask()
    attempt = attempts[0]

    assert not Run.objects.awaited_by(attempt.owner).exists()
    waiting = make_run()
    assert Run.objects.queued_before(waiting).count() == 0
    assert Submission.objects.get(pk=attempt.pk).current_run == attempt.current_run


def test_a_learner_tries_again_while_a_preview_waits(attempts):
    attempt = attempts[0]
    ask()
    Run.objects.filter(pk=attempt.current_run.pk).update(status="cancelled", verdict="", score=None)

    run = retry(submission=Submission.objects.get(pk=attempt.pk))

    assert (run.purpose, run.is_preview, run.status) == (Run.Purpose.SUBMIT, False, "queued")


def test_the_same_version_judges_with_the_same_random_values(attempts):
    rejudging = ask(Against.SAME)
    work_off()

    assert [change for change, _count in preview_of(rejudging).counts if change.before != change.after] == []
    seeds = {run.submission_id: run.seed for run in rejudging.runs.all()}
    assert seeds == {attempt.pk: attempt.current_run.seed for attempt in attempts}


def test_attempts_that_cannot_be_judged_again_are_left_out_and_counted(exercise):
    judged = hand_in(exercise, BOTH)
    submit(owner=guest(), exercise=exercise, files={"main.py": BOTH})  # it is waiting
    newer = mend(exercise)

    rejudging = ask()
    assert ([run.submission_id for run in rejudging.runs.all()], rejudging.skipped) == ([judged.pk], 1)
    with pytest.raises(NothingToJudge):  # in a preview that is open
        ask()
    discard_rejudging(rejudging=rejudging)
    newer.starter = {"main.py": "", "more.py": ""}
    newer.save()
    with pytest.raises(NothingToJudge):  # its files do not fit
        ask()
    assert Rejudging.objects.count() == 1


def test_a_preview_whose_sandbox_is_away_leaves_the_results_alone(attempts):
    rejudging = ask()
    work_off()
    Run.objects.filter(rejudging=rejudging, submission=attempts[0]).update(status="broken", verdict="", score=None)

    assert apply_rejudging(rejudging=rejudging) == 2

    assert [verdict_of(attempt) for attempt in attempts] == ["passed", "passed", "passed"]
    assert Submission.objects.get(pk=attempts[0].pk).exercise_version.number == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_needs_as_many_queries_for_any_number_of_attempts(exercise, count, django_assert_num_queries):
    for _ in range(count):
        hand_in(exercise, HEALTH)
    mend(exercise)
    rejudging = ask()
    work_off()

    with django_assert_num_queries(3):
        assert preview_of(rejudging).total == count
        changed = [(run.submission.exercise_version.title, run.verdict_before) for run in changed_runs(rejudging)]

    assert len(changed) == count


def test_the_page_and_the_api_of_an_attempt_know_nothing_of_a_preview(client, attempts):
    attempt = attempts[0]
    ask()
    work_off()

    page = client.get(attempt.get_absolute_url()).content.decode()
    api = client.get(reverse("api:submission", args=[attempt.uuid])).json()

    assert ('data-outcome="pass"' in page, api["verdict"], api["exercise_version"]) == (True, "passed", 1)
