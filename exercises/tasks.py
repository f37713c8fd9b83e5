"""Celery tasks: ids in, delegate, nothing else."""

from celery import shared_task

from courses.publishing import release_due_lessons
from exercises import answer_mails, grading, sweeping, trying
from exercises.versions import release_due_exercises

# The pool kills a task that runs longer, so that a bug of ours costs one process for a while and not for ever. The
# sandbox ends every program before: a minute is the most an exercise may set, twice that and two starts where a warm
# zygote is lost, and 20 s for the starts of a program that is run for each case.
JUDGE_SECONDS = 260
MAIL_SECONDS = 240  # less than a claimed mail waits for its worker


@shared_task(name="exercises.judge_run", acks_late=True, time_limit=JUDGE_SECONDS)
def judge_run(run_id: int) -> None:
    """Queue grading. Delivered twice or late it does no harm: exercises.grading claims the run first."""
    grading.grade(run_id)


@shared_task(name="exercises.sweep_runs")
def sweep_runs() -> None:
    """Queue batch, every three seconds."""
    sweeping.sweep()


@shared_task(name="exercises.release_scheduled")
def release_scheduled() -> None:
    """Queue batch, every ten seconds: newer versions of what learners have already, whose time has come."""
    release_due_lessons()
    release_due_exercises()


@shared_task(name="exercises.clear_trials")
def clear_trials() -> None:
    """Queue batch, every hour: what was only tried out is kept for a day."""
    trying.clear_outdated()


@shared_task(name="exercises.judge_next", acks_late=True, time_limit=2 * JUDGE_SECONDS)
def judge_next() -> None:
    """Queue batch: one run of those that nobody waits for, or two where the first took too long in the background."""
    grading.grade_next()


@shared_task(name="exercises.mail_answers", time_limit=MAIL_SECONDS)
def mail_answers() -> None:
    """Queue batch, when staff has answered somebody and every minute."""
    answer_mails.send_due()
